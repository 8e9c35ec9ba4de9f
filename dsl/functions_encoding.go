package dsl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var (
	base64EncodeFunc = bytesFunction(base64.StdEncoding.EncodeToString)
	base64SHA256Func = hashFunction(sha256.New, base64.StdEncoding.EncodeToString)
	base64SHA512Func = hashFunction(sha512.New, base64.StdEncoding.EncodeToString)
	md5Func          = hashFunction(md5.New, hex.EncodeToString)
	sha1Func         = hashFunction(sha1.New, hex.EncodeToString)
	sha256Func       = hashFunction(sha256.New, hex.EncodeToString)
	sha512Func       = hashFunction(sha512.New, hex.EncodeToString)
)

// bytesFunction makes a function of the exact bytes of a text, such as those
// of a file.
func bytesFunction(f func([]byte) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String, AllowMarked: true}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(bytesOf(args[0]))).WithSameMarks(args[0]), nil
		},
	})
}

func hashFunction(algorithm func() hash.Hash, encode func([]byte) string) function.Function {
	return bytesFunction(func(text []byte) string {
		h := algorithm()
		_, _ = h.Write(text) // a hash never fails to write
		return encode(h.Sum(nil))
	})
}

// base64DecodeFunc gives the bytes, be they text or not.
var base64DecodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		raw, err := base64.StdEncoding.DecodeString(args[0].AsString())
		if err != nil {
			return cty.DynamicVal, function.NewArgErrorf(0, "this is not base64")
		}
		return exactly(raw), nil
	},
})

// namespaces are the name spaces of UUIDs that have a word (RFC 9562).
var namespaces = map[string]string{
	"dns":  "6ba7b8109dad11d180b400c04fd430c8",
	"url":  "6ba7b8119dad11d180b400c04fd430c8",
	"oid":  "6ba7b8129dad11d180b400c04fd430c8",
	"x500": "6ba7b8149dad11d180b400c04fd430c8",
}

// uuidV5Func makes a UUID from a name space and a name: always the same one.
var uuidV5Func = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "namespace", Type: cty.String}, {Name: "name", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		space, err := uuidBytes(args[0].AsString())
		if err != nil {
			return cty.DynamicVal, function.NewArgError(0, err)
		}
		h := sha1.New()
		_, _ = h.Write(append(space, []byte(args[1].AsString())...)) // a hash never fails to write
		id := h.Sum(nil)[:16]
		id[6] = id[6]&0x0f | 0x50 // version
		id[8] = id[8]&0x3f | 0x80 // variant
		return cty.StringVal(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])), nil
	},
})

func uuidBytes(text string) ([]byte, error) {
	digits, known := namespaces[text]
	if !known {
		for _, r := range text {
			if r != '-' {
				digits += string(r)
			}
		}
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != 16 {
		return nil, errors.New(`must be a UUID, "dns", "url", "oid" or "x500"`)
	}
	return raw, nil
}
