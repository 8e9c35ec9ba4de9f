package planner

import (
	"errors"
	"strings"
	"testing"
)

func TestTextsOfTheClusterSteerNothing(t *testing.T) {
	for text, want := range map[string]string{
		"as it is: ä → 日本\nsecond line":               "as it is: ä → 日本\nsecond line",
		"\x1b[1;31mERROR\x1b[0m\tat start":            "ERROR    at start",
		"\x1b]0;title\x07shown":                       "shown",
		"\x1b]8;;https://evil.example\x1b\\link":      "link",
		"\x1b]0;never ended\nnext":                    "0;never ended\nnext",
		"\x1bc\x1b(Breset":                            "reset",
		"\u009b2J8-bit \u009dtitle\u009cshown":        "8-bit shown",
		"lone \x1b":                                   "lone ",
		"loading 10%\rloading 100%\r\ndone\r":         "loading 100%\ndone",
		"user \u202etxt.exe\u202c and \u2066x\u2069":  "user txt.exe and x",
		"zero\u200bwidth \ufeffmark sepa\u2028rated":  "zerowidth mark separated",
		"bell\a null\x00 delete\x7f back\bspace":      "bell null delete backspace",
		"not UTF-8: \xff\xfe.":                        "not UTF-8: \ufffd.",
		"raw 8-bit sequence: \x9b31mred, not in UTF8": "raw 8-bit sequence: \ufffd31mred, not in UTF8",
	} {
		got := (&Plan{}).Redactor().Text(text)
		if got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if strings.ContainsFunc(got, acts) {
			t.Errorf("%q still has a character that acts: %q", text, got)
		}
	}
}

func TestS39NoEscapeSequenceHidesASecret(t *testing.T) {
	secret := parseManifest(t, `{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {password: "correct horse", colour: "\x1b[31mred alert"}}`)
	r := newRedactor([]Object{{ID: IDOf(secret), Manifest: secret}}, nil)
	for _, text := range []string{"correct \x1b[0mhorse", "corr\u200bect horse", "it is \x1b[31mred alert"} {
		if got := r.Text(text); !strings.Contains(got, redacted) || strings.Contains(got, "horse") || strings.Contains(got, "red") {
			t.Errorf("%q became %q", text, got)
		}
		if got := r.Error(errors.New(text)).Error(); got != r.Text(text) {
			t.Errorf("the error of %q became %q", text, got)
		}
	}
}

func TestARefusalDoesNotRepeatItsObject(t *testing.T) {
	for message, want := range map[string]string{
		`deployments.apps "web" is forbidden: exceeded quota: none`: "exceeded quota: none",
		`Deployment.apps "web" is invalid: spec.x: Required value`:  "spec.x: Required value",
		`pods "web" is forbidden: twice "web" is forbidden: no`:     `twice "web" is forbidden: no`,
		`namespaces "shop" is forbidden: it is being deleted`:       `namespaces "shop" is forbidden: it is being deleted`,
		`admission webhook "w.example.com" denied the request: no`:  `admission webhook "w.example.com" denied the request: no`,
	} {
		if got := WithoutSubject("web", message); got != want {
			t.Errorf("%q became %q, want %q", message, got, want)
		}
	}
}
