package applier

import (
	"encoding/base64"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

func planWithSecret(values map[string]string) *planner.Plan {
	data := map[string]any{}
	for key, value := range values {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	return &planner.Plan{Changes: []planner.Change{
		{ID: planner.ObjectID{Kind: "Secret", Name: "s"}, Object: &unstructured.Unstructured{Object: map[string]any{"data": data}}},
		{ID: planner.ObjectID{Group: "apps", Kind: "Deployment", Name: "petclinic"}},
	}}
}

func TestS39TextsOfTheClusterLoseTheValuesOfSecrets(t *testing.T) {
	const canary = "cAnArY\"<&>\nline two of it"
	r := planWithSecret(map[string]string{"password": canary, "name": "petclinic", "short": "abc"}).Redactor()
	for _, text := range []string{
		"refused: " + canary,
		"refused: " + base64.StdEncoding.EncodeToString([]byte(canary)),
		`refused: "cAnArY\"<&>\nline two of it"`,
		`refused: {"a":"cAnArY\"\u003c\u0026\u003e\nline two of it"}`,
		"a log line: line two of it",
	} {
		if got := r.Text(text); !strings.Contains(got, "(sensitive value)") || strings.Contains(got, "cAnArY") || strings.Contains(got, "line two") {
			t.Errorf("%q became %q", text, got)
		}
	}
	const plain = "Deployment petclinic abc"
	if got := r.Text(plain); got != plain {
		t.Errorf("%q became %q: names and what is too short are left alone", plain, got)
	}
}
