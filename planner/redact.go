package planner

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	redacted = "(sensitive value)"
	// shortestSecret is the length from which a value is looked for within other
	// texts; a shorter one would be found everywhere.
	shortestSecret = 6
)

// redactor takes the values of Secrets out of texts that come from elsewhere:
// from the API server, from webhooks, and from live objects.
type redactor struct {
	replacer *strings.Replacer
	byObject map[ObjectID][]string
}

// newRedactor knows the values of all Secrets that are rendered or live. A value
// that is also the name of an object is in plain sight anyway and stays readable.
func newRedactor(objects []Object, live map[ObjectID]*unstructured.Unstructured) *redactor {
	r := &redactor{byObject: map[ObjectID][]string{}}
	public := map[string]bool{}
	for _, o := range objects {
		public[o.ID.Name] = true
		if isSecret(o.ID) {
			r.byObject[o.ID] = secretValues(o.Manifest.Object)
		}
	}
	for id, u := range live {
		if isSecret(id) {
			r.byObject[id] = append(r.byObject[id], secretValues(u.Object)...)
		}
	}
	var long []string
	for _, values := range r.byObject {
		for _, v := range values {
			if len(v) >= shortestSecret && !public[v] {
				long = append(long, v)
			}
		}
	}
	// The longest first, so that none is cut by a part of it.
	slices.SortFunc(long, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(long))
	for _, v := range slices.Compact(long) {
		pairs = append(pairs, v, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

// secretValues returns the values of a Secret's manifest, plain and in base64.
func secretValues(manifest map[string]any) []string {
	var values []string
	add := func(plain, encoded string) {
		if plain == "" {
			return
		}
		values = append(values, plain, encoded)
		if quoted := strconv.Quote(plain); quoted[1:len(quoted)-1] != plain {
			values = append(values, quoted[1:len(quoted)-1])
		}
	}
	data, _ := manifest["data"].(map[string]any)
	for _, v := range data {
		if encoded, ok := v.(string); ok {
			plain, _ := base64.StdEncoding.DecodeString(encoded)
			add(string(plain), encoded)
		}
	}
	plain, _ := manifest["stringData"].(map[string]any)
	for _, v := range plain {
		if text, ok := v.(string); ok {
			add(text, base64.StdEncoding.EncodeToString([]byte(text)))
		}
	}
	return values
}

// text returns s without secret values.
func (r *redactor) text(s string) string { return r.replacer.Replace(s) }

// rejection returns an error about an object that quotes no secret. For a Secret
// with a value too short to look for, the text is left out as a whole when it
// could hold it.
func (r *redactor) rejection(o Object, err error) error {
	text := err.Error()
	for _, v := range r.byObject[o.ID] {
		if len(v) < shortestSecret && strings.Contains(text, v) {
			return &redactedError{"the server refuses it; its answer is not shown since it may quote a sensitive value"}
		}
	}
	clean := text
	for _, v := range r.byObject[o.ID] {
		clean = strings.ReplaceAll(clean, v, redacted)
	}
	if clean = r.text(clean); clean != text {
		return &redactedError{clean}
	}
	return err
}

// value returns a copy of v without secret values, and whether there were any.
func (r *redactor) value(v any) (clean any, masked bool) {
	switch v := v.(type) {
	case string:
		s := r.text(v)
		return s, s != v
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, item := range v {
			c, hit := r.value(item)
			m[k], masked = c, masked || hit
		}
		return m, masked
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			c, hit := r.value(item)
			list[i], masked = c, masked || hit
		}
		return list, masked
	}
	return v, false
}

func isSecret(id ObjectID) bool { return id.Group == "" && id.Kind == "Secret" }
