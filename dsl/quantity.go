package dsl

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
)

// quantityPattern is the grammar of Kubernetes quantities, without a sign:
// what is asked for here is never less than nothing.
var quantityPattern = regexp.MustCompile(`^([0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})((?:[KMGTPE]i|[numkMGTPE])?|[eE][+-]?[0-9]{1,2})$`)

// powers gives the value of the suffixes.
var powers = map[string]struct{ base, exponent int64 }{
	"n": {10, -9}, "u": {10, -6}, "m": {10, -3}, "": {10, 0},
	"k": {10, 3}, "M": {10, 6}, "G": {10, 9}, "T": {10, 12}, "P": {10, 15}, "E": {10, 18},
	"Ki": {2, 10}, "Mi": {2, 20}, "Gi": {2, 30}, "Ti": {2, 40}, "Pi": {2, 50}, "Ei": {2, 60},
}

func quantity(text string) error {
	if !quantityPattern.MatchString(text) {
		return errors.New(`must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi"`)
	}
	return nil
}

func positiveQuantity(text string) error {
	if err := quantity(text); err != nil {
		return err
	}
	if quantityValue(text).Sign() == 0 {
		return errors.New("must be more than 0")
	}
	return nil
}

// compareQuantities orders two valid quantities by what they stand for.
func compareQuantities(a, b string) int { return quantityValue(a).Cmp(quantityValue(b)) }

func quantityValue(text string) *big.Rat {
	parts := quantityPattern.FindStringSubmatch(text)
	if parts == nil {
		return new(big.Rat) // reported where it was decoded
	}
	number, suffix := parts[1], parts[2]
	power, known := powers[suffix]
	if !known { // an exponent, which big.Rat reads
		value, _ := new(big.Rat).SetString(padded(number) + suffix)
		return value
	}
	value, _ := new(big.Rat).SetString(padded(number))
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(power.base), big.NewInt(max(power.exponent, -power.exponent)), nil))
	if power.exponent < 0 {
		return value.Quo(value, scale)
	}
	return value.Mul(value, scale)
}

// padded writes "1." and ".5" as big.Rat reads them.
func padded(number string) string { return "0" + strings.TrimSuffix(number, ".") }
