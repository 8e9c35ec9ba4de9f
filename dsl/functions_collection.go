package dsl

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc counts elements, attributes, or characters.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if ty := args[0].Type(); ty != cty.String && !ty.IsCollectionType() && !ty.IsTupleType() && !ty.IsObjectType() {
			return cty.Number, function.NewArgErrorf(0, "must be text, a list, a map or an object")
		}
		return cty.Number, nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch ty := args[0].Type(); {
		case ty == cty.String:
			return stdlib.Strlen(args[0])
		case ty.IsObjectType():
			return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
		default:
			return args[0].Length(), nil
		}
	},
})

// lookupFunc finds a key of a map or object, or else gives the default.
var lookupFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "map", Type: cty.DynamicPseudoType, AllowMarked: true}, {Name: "key", Type: cty.String}},
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowMarked: true},
	Type:     func([]cty.Value) (cty.Type, error) { return cty.DynamicPseudoType, nil },
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if len(args) > 3 {
			return cty.DynamicVal, errors.New("takes a map, a key and one default")
		}
		m, marks := args[0].Unmark()
		if ty := m.Type(); !ty.IsMapType() && !ty.IsObjectType() {
			return cty.DynamicVal, function.NewArgErrorf(0, "must be a map or an object")
		}
		for key, value := range m.Elements() {
			if key.RawEquals(args[1]) {
				return value.WithMarks(marks), nil
			}
		}
		if len(args) == 3 {
			return args[2].WithMarks(marks), nil
		}
		return cty.DynamicVal, function.NewArgErrorf(1, "there is no such key, and no default is given")
	},
})

// indexFunc finds the position of a value in a list.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
			return cty.DynamicVal, function.NewArgErrorf(0, "must be a list")
		}
		for i, element := range args[0].Elements() {
			if equal, err := stdlib.Equal(element, args[1]); err == nil && equal.IsKnown() && equal.True() {
				return i, nil
			}
		}
		return cty.DynamicVal, errors.New("the value is not in the list")
	},
})

// oneFunc gives the only element of a list, or null for an empty one.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   func([]cty.Value) (cty.Type, error) { return cty.DynamicPseudoType, nil },
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		elements, err := elementsOf(args[0])
		switch {
		case err != nil:
			return cty.DynamicVal, err
		case len(elements) == 0:
			return cty.NullVal(cty.DynamicPseudoType), nil
		case len(elements) > 1:
			return cty.DynamicVal, errors.New("must have one element or none")
		}
		return elements[0], nil
	},
})

var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		elements, err := elementsOf(args[0])
		if err != nil {
			return cty.DynamicVal, err
		}
		total := cty.Zero
		for _, element := range elements {
			number, err := convert.Convert(element, cty.Number)
			if err != nil || number.IsNull() {
				return cty.DynamicVal, function.NewArgErrorf(0, "must be a list of numbers")
			}
			total = total.Add(number)
		}
		return total, nil
	},
})

var (
	allTrueFunc = quantifier(true)
	anyTrueFunc = quantifier(false)
)

// quantifier makes alltrue (the result is true unless an element is not) or
// anytrue (it is false unless an element is true).
func quantifier(start bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			elements, err := elementsOf(args[0])
			if err != nil {
				return cty.DynamicVal, err
			}
			for _, element := range elements {
				b, err := convert.Convert(element, cty.Bool)
				if err != nil {
					return cty.DynamicVal, function.NewArgErrorf(0, "must be a list of bools")
				}
				if is := !b.IsNull() && b.True(); is != start {
					return cty.BoolVal(!start), nil
				}
			}
			return cty.BoolVal(start), nil
		},
	})
}

// elementsOf lists the elements of a list, set or tuple.
func elementsOf(v cty.Value) ([]cty.Value, error) {
	if ty := v.Type(); !ty.IsListType() && !ty.IsSetType() && !ty.IsTupleType() {
		return nil, fmt.Errorf("must be a list, not %s", ty.FriendlyName())
	}
	var elements []cty.Value
	for _, element := range v.Elements() {
		elements = append(elements, element)
	}
	return elements, nil
}
