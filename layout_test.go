// Package stowage_test holds the laws of the source tree.
package stowage_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms says what each room may import. Ours are packages of this module;
// a room's sub-packages follow the same law. Deny lists import path prefixes
// from outside that the room must not touch, Allow (when set) the only ones of
// k8s.io and sigs.k8s.io that it may.
var rooms = map[string]struct {
	ours  []string
	deny  []string
	allow []string
}{
	"stowage/cmd/stowage": {
		ours: []string{"stowage/cmd/stowage/view", "stowage/applier", "stowage/planner", "stowage/dsl", "stowage/internal/"},
	},
	"stowage/cmd/stowage/view": {
		// dsl only for the diagnostics that it passes on; nothing that speaks to a cluster.
		ours: []string{"stowage/planner", "stowage/applier", "stowage/internal/release", "stowage/dsl"},
		deny: []string{"k8s.io/client-go", "net/http"},
	},
	"stowage/applier": {
		ours: []string{"stowage/planner", "stowage/internal/release"},
		deny: []string{"k8s.io/client-go", "net/http", "os"},
	},
	"stowage/planner": {
		ours: []string{"stowage/dsl"},
		deny: []string{"net/http", "os", "io/fs"},
		allow: []string{
			"k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/client-go/applyconfigurations", "k8s.io/client-go/kubernetes/scheme",
			"k8s.io/apiextensions-apiserver/pkg/apis/", "k8s.io/apiextensions-apiserver/pkg/client/applyconfiguration",
			"k8s.io/kube-openapi/pkg/validation/", // what a CustomResourceDefinition says, applied to its resources
			"sigs.k8s.io/gateway-api/", "sigs.k8s.io/structured-merge-diff/", "sigs.k8s.io/yaml",
		},
	},
	"stowage/dsl":              {deny: []string{"k8s.io/", "sigs.k8s.io/", "net/http"}},
	"stowage/internal/kube":    {},
	"stowage/internal/release": {deny: []string{"net/http", "k8s.io/client-go"}},
	"stowage/internal/manifest": {
		deny: []string{"net/http"},
		allow: []string{
			"k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/client-go/applyconfigurations", "k8s.io/client-go/kubernetes/scheme",
			"k8s.io/apiextensions-apiserver/pkg/apis/", "k8s.io/apiextensions-apiserver/pkg/client/applyconfiguration", "sigs.k8s.io/gateway-api/", "sigs.k8s.io/structured-merge-diff/", "sigs.k8s.io/yaml",
		},
	},
	"stowage/internal/importer": {
		ours: []string{"stowage/dsl", "stowage/planner", "stowage/internal/manifest"},
		deny: []string{"net/http", "k8s.io/client-go"},
	},
	"stowage/internal/local": {deny: []string{"k8s.io/", "sigs.k8s.io/"}},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestRoomsImportOnlyWhatTheirFloorAllows(t *testing.T) {
	for _, p := range packages(t, "./...") {
		room, ok := rooms[p.ImportPath]
		if !ok {
			continue
		}
		for _, imported := range p.Imports {
			switch {
			case strings.HasPrefix(imported, "stowage/"):
				if !slices.ContainsFunc(room.ours, func(a string) bool { return within(imported, a) }) {
					t.Errorf("%s imports %s: not below it", p.ImportPath, imported)
				}
			case slices.ContainsFunc(room.deny, func(d string) bool { return within(imported, d) }):
				t.Errorf("%s imports %s: denied to this room", p.ImportPath, imported)
			case room.allow != nil && (strings.HasPrefix(imported, "k8s.io/") || strings.HasPrefix(imported, "sigs.k8s.io/")):
				if !slices.ContainsFunc(room.allow, func(a string) bool { return within(imported, a) }) {
					t.Errorf("%s imports %s: not among what it may use of Kubernetes", p.ImportPath, imported)
				}
			}
		}
	}
}

// The packages for templates call methods by names that only a run knows. A program in
// which they can be reached keeps every exported method of every type: a quarter more
// binary, and as much more memory at each start.
func TestNothingInTheBinaryUsesTemplates(t *testing.T) {
	for _, p := range packages(t, "-deps", "./cmd/stowage") {
		for _, imported := range p.Imports {
			if within(p.ImportPath, "stowage") && (imported == "text/template" || imported == "html/template") {
				t.Errorf("%s imports %s: write the text in Go", p.ImportPath, imported)
			}
		}
	}
}

func TestEveryPackageIsARoomOrInsideOne(t *testing.T) {
	top := []string{"cmd", "dsl", "planner", "applier", "internal", "examples"}
	grabBags := []string{"util", "utils", "common", "types", "model", "misc", "helpers"}
	for _, p := range packages(t, "./...") {
		parts := strings.Split(strings.TrimPrefix(p.ImportPath, "stowage/"), "/")
		if p.ImportPath != "stowage" && !slices.Contains(top, parts[0]) {
			t.Errorf("%s is in none of %v", p.ImportPath, top)
		}
		if slices.Contains(grabBags, parts[len(parts)-1]) {
			t.Errorf("%s: name it after what it does", p.ImportPath)
		}
	}
}

// within reports whether path is prefix itself or lies below it.
func within(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// packages lists what go list does for these arguments.
func packages(t *testing.T, args ...string) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}
