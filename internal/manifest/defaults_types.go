package manifest

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// definitions knows CustomResourceDefinitions, which clients do not know by themselves.
var definitions = sync.OnceValue(func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(apiextensionsv1.AddToScheme(s))
	return s
})

// typeOf returns the Go type of a built-in kind, or nil.
func typeOf(kind schema.GroupVersionKind) reflect.Type {
	for _, s := range []*runtime.Scheme{scheme.Scheme, definitions()} {
		if t, ok := s.AllKnownTypes()[kind]; ok {
			return t
		}
	}
	return nil
}

// goField is a field of a struct, as it is written in JSON.
type goField struct {
	name      string
	goType    reflect.Type // without the pointer
	pointer   bool
	omitempty bool
	omitzero  bool
	mergeKey  string // the field by which items of a list are told apart, empty if they are not
}

// goStruct is what is known of a struct: its fields, those of embedded structs among them, and the
// types whose rules hold for it, which are the embedded ones and its own.
type goStruct struct {
	fields []goField
	byName map[string]*goField
	types  []reflect.Type
}

var goStructs sync.Map // of reflect.Type to *goStruct

// structOf reads the fields of a struct type, once.
func structOf(t reflect.Type) *goStruct {
	if known, ok := goStructs.Load(t); ok {
		return known.(*goStruct) //nolint:forcetypeassert // nothing else is stored
	}
	s := &goStruct{byName: map[string]*goField{}}
	s.add(t)
	for i := range s.fields {
		s.byName[s.fields[i].name] = &s.fields[i]
	}
	known, _ := goStructs.LoadOrStore(t, s)
	return known.(*goStruct) //nolint:forcetypeassert // nothing else is stored
}

func (s *goStruct) add(t reflect.Type) {
	s.types = append(s.types, t)
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		fieldType, pointer := f.Type, false
		if fieldType.Kind() == reflect.Pointer {
			fieldType, pointer = fieldType.Elem(), true
		}
		if name == "" && f.Anonymous && fieldType.Kind() == reflect.Struct {
			s.add(fieldType)
			continue
		}
		s.fields = append(s.fields, goField{
			name: name, goType: fieldType, pointer: pointer,
			omitempty: strings.Contains(options, "omitempty"), omitzero: strings.Contains(options, "omitzero"),
			mergeKey: f.Tag.Get("patchMergeKey"),
		})
	}
}

var (
	marshaler    = reflect.TypeFor[json.Marshaler]()
	quantityType = reflect.TypeFor[resource.Quantity]()
	portType     = reflect.TypeFor[intstr.IntOrString]()
	bytesType    = reflect.TypeFor[[]byte]()
	selectorType = reflect.TypeFor[metav1.LabelSelector]()
)

// isOwnForm reports whether values of a type are written in a form of their own, such as times and
// quantities, so that the Go type says nothing about what is in them.
func isOwnForm(t reflect.Type) bool {
	if known, ok := ownForms.Load(t); ok {
		return known == true
	}
	own := t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler)
	ownForms.Store(t, own)
	return own
}

var ownForms sync.Map // of reflect.Type to bool
