package dsl

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// sourcesOf returns all HCL files of the tree.
func sourcesOf(tb testing.TB) map[string][]byte {
	tb.Helper()
	sources := map[string][]byte{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".hcl") {
			return err
		}
		sources[path], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(sources) == 0 {
		tb.Fatalf("no sources: %v", err)
	}
	return sources
}

// parses reports whether fmt takes a file: others it leaves alone.
func parses(source []byte) bool {
	_, diags := hclsyntax.ParseConfig(source, "main.hcl", hcl.InitialPos)
	return !diags.HasErrors()
}

// checkFormatted formats a source twice, and compares the tokens before and after.
func checkFormatted(t *testing.T, source []byte) {
	t.Helper()
	once := Format(source)
	if twice := Format(once); !bytes.Equal(once, twice) {
		t.Errorf("formatted again it is other text\nsource:\n%s\nonce:\n%s\ntwice:\n%s", source, once, twice)
	}
	if before, after := words(t, source), words(t, once); before != after {
		t.Errorf("formatting changes what it says\nbefore: %s\nafter:  %s", before, after)
	}
}

// words returns the tokens of a source without the space between them.
func words(t *testing.T, source []byte) string {
	t.Helper()
	tokens, diags := hclsyntax.LexConfig(source, "main.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("formatted it does not parse: %v\n%s", diags, source)
	}
	var all []string
	for _, token := range tokens {
		all = append(all, strings.TrimSpace(string(token.Bytes)))
	}
	return strings.Join(all, " ")
}

func TestFormatIsStable(t *testing.T) {
	for path, source := range sourcesOf(t) {
		if parses(source) {
			t.Run(path, func(t *testing.T) { checkFormatted(t, source) })
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, source := range sourcesOf(f) {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if parses(source) {
			checkFormatted(t, source)
		}
	})
}
