package planner

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	redacted = "(sensitive value)"
	// shortestSecret is the length from which a value is looked for in every text.
	// Shorter ones are in all of them, and replacing them would give them away.
	shortestSecret = 4
	// shortestLine is the same for the lines of a value of several lines.
	shortestLine = 8
	// guessableSecret is the length below which the gap that a value leaves in the
	// server's answer about its Secret tells what it was.
	guessableSecret = 6
)

// Redactor takes the values of Secrets out of texts that come from elsewhere: a
// server or webhook may quote what it refuses, an app may log what it is given,
// and a live object may hold a copy. It finds a value as it is, in base64,
// quoted as in Go or JSON, and by its longer lines. It is safe for concurrent use.
type Redactor struct {
	all *strings.Replacer
	own map[ObjectID][]string // how texts may quote the values of each Secret
}

// Redactor returns the redactor that knows the values of all Secrets the plan
// applies. A plan that was saved has no values until its objects are put back.
func (p *Plan) Redactor() *Redactor {
	objects := make([]Object, len(p.Changes))
	for i := range p.Changes {
		objects[i] = Object{ID: p.Changes[i].ID, Manifest: p.Changes[i].Object}
	}
	return newRedactor(objects, nil)
}

// newRedactor knows the values of all Secrets that are rendered or live.
func newRedactor(objects []Object, live map[ObjectID]*unstructured.Unstructured) *Redactor {
	r := &Redactor{own: map[ObjectID][]string{}}
	var names []string
	for _, o := range objects {
		names = append(names, o.ID.Name, o.ID.Namespace)
		r.learn(o.ID, o.Manifest)
	}
	for id, u := range live {
		r.learn(id, u)
	}
	shown := map[string]string{}
	for _, values := range r.own {
		for _, v := range values {
			if len(v) >= shortestSecret {
				shown[v] = redacted
			}
		}
	}
	// Names are in plain sight, and needed to tell what is meant: one that holds a
	// value, or is one, stays whole. The value alone is still replaced.
	values := replacer(shown)
	for _, name := range names {
		if values.Replace(name) != name {
			shown[name] = name
		}
	}
	r.all = replacer(shown)
	return r
}

func (r *Redactor) learn(id ObjectID, manifest *unstructured.Unstructured) {
	if id.IsSecret() && manifest != nil {
		r.own[id] = append(r.own[id], secretValues(manifest.Object)...)
	}
}

// replacer replaces the longest first, so that none is cut by a part of it.
func replacer(shown map[string]string) *strings.Replacer {
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	pairs := make([]string, 0, 2*len(shown))
	for _, text := range slices.SortedFunc(maps.Keys(shown), longestFirst) {
		pairs = append(pairs, text, shown[text])
	}
	return strings.NewReplacer(pairs...)
}

// secretValues returns how texts may quote the values of a Secret's manifest.
func secretValues(manifest map[string]any) []string {
	var values []string
	for _, field := range []string{"data", "stringData"} {
		data, _ := manifest[field].(map[string]any)
		for _, v := range data {
			text, _ := v.(string)
			values = append(values, spellings(text)...)
			if field == "data" {
				plain, _ := base64.StdEncoding.DecodeString(text) // what can be decoded of it
				values = append(values, spellings(string(plain))...)
			}
		}
	}
	return values
}

// spellings returns the ways in which a text may quote a value.
func spellings(value string) []string {
	if value == "" {
		return nil
	}
	quoted := strconv.Quote(value)
	all := []string{value, base64.StdEncoding.EncodeToString([]byte(value)), quoted[1 : len(quoted)-1]}
	if inJSON, err := json.Marshal(value); err == nil {
		all = append(all, string(inJSON[1:len(inJSON)-1]))
	}
	if strings.Contains(value, "\n") {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= shortestLine {
				all = append(all, line)
			}
		}
	}
	return all
}

// Text returns a text of the cluster without secret values, and without
// characters that steer a terminal or turn the direction of reading. It is the
// one place that makes such texts fit to be shown and kept.
func (r *Redactor) Text(s string) string {
	// A value may itself hold such characters, or be cut by them.
	return r.all.Replace(plain(r.all.Replace(s)))
}

// Error returns the error itself when its text can be shown as it is, or else one
// of the text that can. That one does not unwrap: the cause still has the other.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); r.Text(text) != text {
		return &redactedError{r.Text(text)}
	}
	return err
}

// rejection returns an error about an object that quotes no secret. Of a Secret's
// own values even those that are names go, and when the text could hold one too
// short to hide, it is left out as a whole.
func (r *Redactor) rejection(o Object, err error) error {
	text := err.Error()
	shown := map[string]string{}
	for _, v := range r.own[o.ID] {
		if len(v) < guessableSecret && strings.Contains(text, v) {
			return &redactedError{"the server refuses it; its answer is not shown since it may quote a sensitive value"}
		}
		shown[v] = redacted
	}
	if clean := replacer(shown).Replace(text); clean != text {
		return &redactedError{r.Text(clean)}
	}
	return r.Error(err)
}

// redactedError shows another text than its cause, and does not unwrap.
type redactedError struct{ text string }

func (e *redactedError) Error() string { return e.text }

// value returns a copy of v without secret values, and whether there were any.
func (r *Redactor) value(v any) (clean any, masked bool) {
	switch v := v.(type) {
	case string:
		s := r.all.Replace(v) // and no more: what an object says is shown as it is
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
