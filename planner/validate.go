package planner

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

var strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Strict: true})

// Validate checks an object of a built-in kind against its Go type: unknown
// fields and values of the wrong type are errors. It is what can be said without
// a server; objects of other kinds pass.
func Validate(o Object) error {
	text, err := o.Manifest.MarshalJSON()
	if err != nil {
		return fmt.Errorf("cannot check %s: %w", o.ID, err)
	}
	_, _, err = strict.Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil
	}
	return err
}
