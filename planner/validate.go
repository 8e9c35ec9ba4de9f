package planner

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// Validate checks an object of a built-in kind against its Go type: unknown
// fields and values of the wrong type are errors. It is what can be said without
// a server; objects of other kinds pass.
func Validate(o Object) error {
	typed, err := scheme.Scheme.New(o.Manifest.GroupVersionKind())
	if runtime.IsNotRegisteredError(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot check %s: %w", o.ID, err)
	}
	return runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Manifest.Object, typed, true)
}
