package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var base64Text = regexp.MustCompile(`[A-Za-z0-9+/]{8,}={0,2}`)

// layers returns a text and all that is packed in it, as base64, as gzip, or as
// one in the other.
func layers(text string) []string {
	all := []string{text}
	for _, packed := range base64Text.FindAllString(text, -1) {
		if raw, err := base64.StdEncoding.DecodeString(packed); err == nil {
			all = append(all, layers(string(raw))...)
		}
	}
	if r, err := gzip.NewReader(bytes.NewReader([]byte(text))); err == nil {
		if raw, err := io.ReadAll(r); err == nil {
			all = append(all, layers(string(raw))...)
		}
	}
	return all
}

// untold TEXT [FILE...] fails when the last command wrote the text, raw or packed,
// to its streams or to the files.
func untold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: untold TEXT [FILE...]")
	}
	for _, file := range append([]string{"stdout", "stderr"}, args[1:]...) {
		for _, layer := range layers(ts.ReadFile(file)) {
			if strings.Contains(layer, args[0]) {
				ts.Fatalf("%s holds %s", file, args[0])
			}
		}
	}
}

func TestLeaksFindsWhatIsPacked(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(`{"password":"CANARY"}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	once := base64.StdEncoding.EncodeToString(packed.Bytes())
	for name, value := range map[string]string{
		"raw":         "the CANARY sings",
		"base64":      base64.StdEncoding.EncodeToString([]byte("the CANARY sings")),
		"gzip":        once,
		"gzip, twice": base64.StdEncoding.EncodeToString([]byte(once)),
	} {
		if !leaks(map[string]any{"data": value}, "CANARY") {
			t.Errorf("%s: not found", name)
		}
	}
	if leaks(map[string]any{"data": "a silent bird"}, "CANARY") {
		t.Error("found where it is not")
	}
}
