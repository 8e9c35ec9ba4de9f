package importer

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"stowage/internal/manifest"
)

// TestSecretValuesAreInOneFile looks for the values of Secrets in all that an import gives
// back, as they are and in base64.
func TestSecretValuesAreInOneFile(t *testing.T) {
	files, err := filepath.Glob("testdata/import/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	found := 0
	for _, file := range files {
		docs := read(t, file)
		result, err := Import(docs, Options{})
		if err != nil {
			t.Fatal(err)
		}
		found += checkSecrets(t, docs, result)
	}
	if found == 0 {
		t.Error("no Secret has a value")
	}
}

// TestSecretValuesInFaults looks for them where nothing goes as it should.
func TestSecretValuesInFaults(t *testing.T) {
	docs := readText(t, `
apiVersion: v1
kind: Secret
metadata: {name: bad-type}
type: kubernetes.io/dockerconfigjson
data: {.dockerconfigjson: Q0FOQVJZLW5vdC1qc29u} # CANARY-not-json
---
# The old one was CANARY-not-key, or Q0FOQVJZLW5vdC1rZXk=.
apiVersion: v1
kind: Secret
metadata:
  name: ssh # not CANARY-not-key
  finalizers: [example.com/a]
type: kubernetes.io/ssh-auth
# Beside CANARY-not-key.
data:
  # - old: Q0FOQVJZLW9sZA==
  ssh-privatekey: Q0FOQVJZLW5vdC1rZXk=
---
apiVersion: v1
kind: Secret
metadata: {name: no-base64}
data: {password: "CANARY no base64"}
---
apiVersion: v1
kind: Secret
metadata:
  name: wrong
  annotations: {"not a valid key": x}
stringData: {password: CANARY-wrong-key}
`)
	result, err := Import(docs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkSecrets(t, docs, result)
	text := outside(result)
	for _, canary := range []string{"CANARY", "Q0FOQVJZ"} {
		if strings.Contains(text, canary) {
			t.Errorf("%s is found outside of %s:\n%s", canary, valuesFile, text)
		}
	}
	if len(result.Left) != 2 {
		t.Errorf("left are %v", result.Left)
	}
}

// checkSecrets looks for the values of all Secrets outside of their file, and returns how
// many there are.
func checkSecrets(t *testing.T, docs []manifest.Document, result *Result) (values int) {
	t.Helper()
	text := outside(result)
	for i := range docs {
		o := &object{Document: &docs[i]}
		if o.Object.GetKind() != "Secret" {
			continue
		}
		o.id.Kind = "Secret"
		all, _ := o.dataIn()
		for _, d := range all {
			for _, spelling := range []string{string(d.content), base64.StdEncoding.EncodeToString(d.content), base64.RawURLEncoding.EncodeToString(d.content)} {
				const few = 4
				if len(spelling) < few {
					continue
				}
				values++
				if strings.Contains(text, spelling) {
					t.Errorf("%s of Secret %s is outside of %s:\n%s", d.key, o.Object.GetName(), valuesFile, text)
				}
			}
		}
	}
	return values
}

// outside returns all that an import gives back but for the file with the values.
func outside(r *Result) string {
	var b bytes.Buffer
	for _, f := range r.Files {
		if f.Name != valuesFile {
			fmt.Fprintf(&b, "%s\n%s\n", f.Name, f.Content)
			continue
		}
		if f.Mode != secretMode {
			fmt.Fprintf(&b, "%s has mode %v\n", f.Name, f.Mode)
		}
	}
	b.Write(report(r))
	fmt.Fprintf(&b, "%v\n", r.Differences)
	return b.String()
}

// TestNamesOfVariables joins the names of a Secret and of its key.
func TestNamesOfVariables(t *testing.T) {
	m := newMaker(nil, Options{})
	for _, c := range []struct{ secret, key, want string }{
		{"db", "password", "db_password"},
		{"db", "DB_PASSWORD", "db_password_2"},
		{"db-credentials", "credentials.json", "db_credentials_json"},
		{"web-tls", "tls.crt", "web_tls_crt"},
		{"registry", ".dockerconfigjson", "registry_dockerconfigjson"},
		{"a-b", "a-b", "a_b"},
		{"a-b", "b-a", "a_b_a"},
		{"3scale", "key", "secret_3scale_key"},
		{"x", "...", "x"},
	} {
		if got := m.freeVariable(c.secret, c.key); got != c.want {
			t.Errorf("%s of %s is %s, not %s", c.key, c.secret, got, c.want)
		}
	}
}
