package planner

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// builtInTypes knows the schemas of the built-in kinds. They are parsed when the first
// object is asked for, which takes longer than rendering a hundred apps: what needs no
// schema does without.
var builtInTypes = sync.OnceValue(func() managedfields.TypeConverter {
	return applyconfigurations.NewTypeConverter(scheme.Scheme)
})

// isBuiltIn reports whether there is a schema of the object's kind.
func isBuiltIn(u *unstructured.Unstructured) bool {
	return scheme.Scheme.Recognizes(u.GroupVersionKind())
}

// typedOf returns an object of a built-in kind with the schema of that.
func typedOf(u *unstructured.Unstructured) (*typed.TypedValue, error) {
	value, err := builtInTypes().ObjectToTyped(u)
	if err != nil {
		return nil, fmt.Errorf("does not fit its type: %w", err)
	}
	return value, nil
}

// takes says what values a type takes, as the end of "must be ...".
func takes(t schema.Atom) string {
	switch {
	case t.Map != nil && t.Scalar != nil:
		return "any value"
	case t.Map != nil:
		return "an object"
	case t.List != nil:
		return "a list"
	case t.Scalar == nil:
		return "nothing"
	}
	switch *t.Scalar {
	case schema.String:
		return "text"
	case schema.Numeric:
		return "a number"
	case schema.Boolean:
		return "true or false"
	}
	return "text or a number"
}

// typeName says what a value is.
func typeName(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "text"
	case bool:
		return "a bool"
	}
	return "a number"
}

// takesScalar reports whether a type takes a value that is neither object nor list.
func takesScalar(t schema.Atom, v any) bool {
	if t.Scalar == nil {
		return false
	}
	switch *t.Scalar {
	case schema.String:
		_, ok := v.(string)
		return ok
	case schema.Boolean:
		_, ok := v.(bool)
		return ok
	case schema.Numeric:
		_, ok := float(v)
		return ok
	}
	return true
}
