package applier

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"stowage/planner"
)

const (
	redacted = "(sensitive value)"
	// shortestSecret is the length from which a value is looked for. Shorter ones
	// are in every text, and replacing them would give them away.
	shortestSecret = 4
	// shortestLine is the same for the lines of a value of several lines.
	shortestLine = 8
)

// redactor takes the values of the plan's Secrets out of texts that come from
// the cluster: a server or webhook may quote what it refuses, and an app may log
// what it is given.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(plan *planner.Plan) *redactor {
	var values []string
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Object == nil || c.ID.Group != "" || c.ID.Kind != "Secret" {
			continue
		}
		data, _ := c.Object.Object["data"].(map[string]any)
		for _, v := range data {
			if encoded, ok := v.(string); ok {
				plain, _ := base64.StdEncoding.DecodeString(encoded)
				values = append(values, spellings(string(plain))...)
			}
		}
		plain, _ := c.Object.Object["stringData"].(map[string]any)
		for _, v := range plain {
			if text, ok := v.(string); ok {
				values = append(values, spellings(text)...)
			}
		}
	}
	// What is part of a name is in plain sight, and needed to tell what is meant.
	values = slices.DeleteFunc(values, func(v string) bool {
		return slices.ContainsFunc(plan.Changes, func(c planner.Change) bool {
			return strings.Contains(c.ID.Name, v) || strings.Contains(c.ID.Namespace, v)
		})
	})
	// The longest first, so that none is cut by a part of it.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, redacted)
	}
	return &redactor{strings.NewReplacer(pairs...)}
}

// spellings returns the ways in which a text may quote a value.
func spellings(value string) []string {
	if len(value) < shortestSecret {
		return nil
	}
	all := []string{value, base64.StdEncoding.EncodeToString([]byte(value))}
	if quoted := strconv.Quote(value); len(quoted) > len(value)+2 {
		all = append(all, quoted[1:len(quoted)-1])
	}
	if quoted, err := json.Marshal(value); err == nil && len(quoted) > len(value)+2 {
		all = append(all, string(quoted[1:len(quoted)-1]))
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

// text returns s without secret values.
func (r *redactor) text(s string) string { return r.replacer.Replace(s) }

// error returns the error itself when it quotes no secret, or one of the same
// text without it. That one does not unwrap: the cause still has the text.
func (r *redactor) error(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); r.text(text) != text {
		return redactedError(r.text(text))
	}
	return err
}

type redactedError string

func (e redactedError) Error() string { return string(e) }
