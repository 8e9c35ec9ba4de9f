package dsl

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// cidrHostFunc gives the n-th address of a network; negative ones count from
// its end.
var cidrHostFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0])
		if err != nil {
			return cty.DynamicVal, err
		}
		n, accuracy := args[1].AsBigFloat().Int(nil)
		if accuracy != 0 {
			return cty.DynamicVal, function.NewArgErrorf(1, "must be a whole number")
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(network.Addr().BitLen()-network.Bits()))
		if n.Sign() < 0 {
			n.Add(n, size)
		}
		if n.Sign() < 0 || n.Cmp(size) >= 0 {
			return cty.DynamicVal, function.NewArgErrorf(1, "the network does not have that many addresses")
		}
		return cty.StringVal(offset(network.Addr(), n).String()), nil
	},
})

// cidrNetmaskFunc writes an IPv4 prefix as a netmask.
var cidrNetmaskFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0])
		if err != nil {
			return cty.DynamicVal, err
		}
		if !network.Addr().Is4() {
			return cty.DynamicVal, function.NewArgErrorf(0, "must be an IPv4 network; IPv6 has no netmasks")
		}
		mask := netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), network.Bits()).Masked()
		return cty.StringVal(mask.Addr().String()), nil
	},
})

// cidrSubnetFunc gives the n-th network that is newbits longer than another.
var cidrSubnetFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "prefix", Type: cty.String},
		{Name: "newbits", Type: cty.Number},
		{Name: "netnum", Type: cty.Number},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0])
		if err != nil {
			return cty.DynamicVal, err
		}
		length := network.Addr().BitLen()
		newBits, accuracy := args[1].AsBigFloat().Int64()
		if accuracy != 0 || newBits < 0 || newBits > int64(length-network.Bits()) {
			return cty.DynamicVal, function.NewArgErrorf(1, "must be a whole number from 0 to %d", length-network.Bits())
		}
		n, numAccuracy := args[2].AsBigFloat().Int(nil)
		if numAccuracy != 0 || n.Sign() < 0 || n.BitLen() > int(newBits) {
			return cty.DynamicVal, function.NewArgErrorf(2, "must be a whole number that %d bits can hold", newBits)
		}
		bits := network.Bits() + int(newBits)
		n.Lsh(n, uint(length-bits))
		return cty.StringVal(netip.PrefixFrom(offset(network.Addr(), n), bits).String()), nil
	},
})

func parsePrefix(v cty.Value) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return network, function.NewArgError(0, errors.New(`must be a network such as "10.0.0.0/16"`))
	}
	return network.Masked(), nil
}

// offset adds a number to an address; the sum must be one.
func offset(start netip.Addr, n *big.Int) netip.Addr {
	sum := new(big.Int).SetBytes(start.AsSlice())
	sum.Add(sum, n)
	addr, ok := netip.AddrFromSlice(sum.FillBytes(make([]byte, start.BitLen()/8)))
	if !ok {
		panic(fmt.Sprintf("dsl: %s + %s is no address", start, n))
	}
	return addr
}
