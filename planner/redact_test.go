package planner

import (
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func secretObject(t *testing.T, text string) Object {
	t.Helper()
	u := parseManifest(t, text)
	return Object{ID: IDOf(u), Manifest: u, Origin: Origin{File: "a.hcl", Line: 3}}
}

func TestS39RejectionsQuoteNoSecret(t *testing.T) {
	long := secretObject(t, `{apiVersion: v1, kind: Secret, metadata: {name: long}, data: {password: Y2FuYXJ5LXZhbHVl, lines: ImNhbmFyeS1saW5lcyIKMg==}}`)
	short := secretObject(t, `{apiVersion: v1, kind: Secret, metadata: {name: short}, stringData: {pin: "73", user: shop}}`)
	plain := secretObject(t, `{apiVersion: v1, kind: Service, metadata: {name: webshop}}`)
	named := secretObject(t, `{apiVersion: v1, kind: Secret, metadata: {name: other}, stringData: {a: webshop}}`)
	wrong := secretObject(t, `{apiVersion: v1, kind: Secret, metadata: {name: wrong}, data: {a: "not in base64"}}`)
	r := newRedactor([]Object{long, short, plain, named, wrong}, nil)
	tests := []struct {
		object Object
		answer string
		want   string
	}{
		{long, `denied: "canary-value" is weak`, `denied: "(sensitive value)" is weak`},
		{long, `denied: Y2FuYXJ5LXZhbHVl`, `denied: (sensitive value)`},
		{long, `denied: "\"canary-lines\"\n2"`, `denied: "(sensitive value)"`},
		{plain, `log: "canary-lines"`, `log: (sensitive value)`},
		{plain, `denied: canary-value`, `denied: (sensitive value)`},
		{short, `denied: 73 is short`, `the server refuses it; its answer is not shown since it may quote a sensitive value`},
		{plain, `73 is no port`, `73 is no port`},
		{plain, `Service webshop is wrong`, `Service webshop is wrong`},
		{plain, `Service webshop has no shop`, `Service webshop has no (sensitive value)`},
		{named, `denied: webshop is weak`, `denied: (sensitive value) is weak`},
		{short, `denied: the shop is closed`, `the server refuses it; its answer is not shown since it may quote a sensitive value`},
		{wrong, `illegal base64 in "not in base64"`, `illegal base64 in "(sensitive value)"`},
	}
	for _, test := range tests {
		got := rejections(test.object, errors.New(test.answer), r)[0].Err.Error()
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.answer, got, test.want)
		}
	}
}

func TestRejectionsNameEveryField(t *testing.T) {
	o := secretObject(t, `{apiVersion: v1, kind: Service, metadata: {name: web}}`)
	status := &apierrors.StatusError{ErrStatus: metav1.Status{
		Reason: metav1.StatusReasonInvalid, Code: 422, Message: "all of it",
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{
			{Field: "spec.ports[0].port", Message: "must be between 1 and 65535"},
			{Field: "spec.type", Message: "Unsupported value"},
		}},
	}}
	errs := rejections(o, status, newRedactor(nil, nil))
	want := []string{
		"a.hcl:3: Service web: spec.ports[0].port: must be between 1 and 65535",
		"a.hcl:3: Service web: spec.type: Unsupported value",
	}
	if len(errs) != 2 || errs[0].Error() != want[0] || errs[1].Error() != want[1] {
		t.Errorf("%v", errs)
	}
	if !apierrors.IsInvalid(errs[0]) {
		t.Error("the server's answer cannot be found in the error")
	}
}

func TestSecretsAreMaskedInDiffs(t *testing.T) {
	o := secretObject(t, `{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: canary-value}}`)
	r := newRedactor([]Object{o}, nil)
	p := path{{field: "data"}, {field: "a"}}
	got := r.shown(o.ID, []fieldChange{{path: p, op: Update, before: "x", after: "y"}})[0]
	if !got.Masked || got.Before != nil || got.After != nil || got.Path != "data.a" {
		t.Errorf("%+v", got)
	}
	label := path{{field: "metadata"}, {field: "labels"}, {field: "l"}}
	if got := r.shown(o.ID, []fieldChange{{path: label, op: Create, after: "y"}})[0]; got.Masked || got.After != "y" {
		t.Errorf("%+v", got)
	}
	other := ObjectID{Kind: "Service", Name: "web"}
	value := []any{map[string]any{"name": "X", "value": "is canary-value"}}
	shown := r.shown(other, []fieldChange{{path: path{{field: "spec"}}, op: Create, after: value}})[0]
	if list, _ := shown.After.([]any); !shown.Masked || list[0].(map[string]any)["value"] != "is (sensitive value)" {
		t.Errorf("%+v", shown)
	}
	if v, _, _ := unstructured.NestedString(value[0].(map[string]any), "value"); v != "is canary-value" {
		t.Error("the value itself was changed")
	}
}
