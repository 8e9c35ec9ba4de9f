package dsl

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// dump writes a Config as text: every field that is set, in order.
func dump(cfg *Config) string {
	var d dumper
	d.fields(reflect.ValueOf(*cfg), 0)
	return d.String()
}

type dumper struct{ strings.Builder }

func (d *dumper) line(depth int, format string, args ...any) {
	fmt.Fprintf(d, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
}

func (d *dumper) fields(v reflect.Value, depth int) {
	for i := range v.NumField() {
		d.value(v.Type().Field(i).Name, v.Field(i), depth)
	}
}

func (d *dumper) value(name string, v reflect.Value, depth int) {
	if v.IsZero() {
		return
	}
	if text, ok := scalar(v.Interface()); ok {
		d.line(depth, "%s: %s", name, text)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		d.value(name, v.Elem(), depth)
	case reflect.Struct:
		d.line(depth, "%s:", name)
		d.fields(v, depth+1)
	case reflect.Slice:
		for i := range v.Len() {
			d.value(fmt.Sprintf("%s[%d]", name, i), v.Index(i), depth)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			if text, ok := scalar(v.MapIndex(key).Interface()); ok {
				d.line(depth, "%s[%q]: %s", name, key.String(), text)
			}
		}
	default:
		d.line(depth, "%s: %v", name, v.Interface())
	}
}

// scalar writes the values that stand on one line.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case hcl.Range:
		return v.String(), true
	case cty.Type:
		return typeexpr.TypeString(v), true
	case cty.Value:
		return valueText(v), true
	case time.Duration, Address:
		return fmt.Sprint(v), true
	case []byte:
		return fmt.Sprintf("%x", v), true
	case *int32:
		if v == nil {
			return "", false
		}
		return fmt.Sprint(*v), true
	case string:
		return fmt.Sprintf("%q", v), true
	}
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.String {
		return fmt.Sprintf("%q", rv.String()), true
	}
	return "", false
}

func valueText(v cty.Value) string {
	if v.HasMark(Sensitive) {
		plain, _ := v.UnmarkDeep()
		return valueText(plain) + " (sensitive)"
	}
	text, err := json.Marshal(ctyjson.SimpleJSONValue{Value: v})
	if err != nil {
		return err.Error()
	}
	return string(text)
}
