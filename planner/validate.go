package planner

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

var strict = strictly(scheme.Scheme)

// strictDefinitions is the same for CustomResourceDefinitions.
var strictDefinitions = sync.OnceValue(func() *json.Serializer { return strictly(definitions()) })

func strictly(s *runtime.Scheme) *json.Serializer {
	return json.NewSerializerWithOptions(json.DefaultMetaFactory, s, s, json.SerializerOptions{Strict: true})
}

// Validate checks an object of a built-in kind against its Go type: unknown
// fields and values of the wrong type are errors. It is what can be said without
// a server; objects of other kinds pass.
func Validate(o Object) error {
	text, err := o.Manifest.MarshalJSON()
	if err != nil {
		return fmt.Errorf("cannot check %s: %w", o.ID, err)
	}
	serializer := strict
	if isDefinition(o.ID) {
		serializer = strictDefinitions()
	}
	_, _, err = serializer.Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil
	}
	return err
}
