package kube

import (
	"bytes"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// encodeApply returns what is sent to apply an object. The server reads it as YAML, which takes JSON but for a few
// characters: most of them it refuses, and a next line (U+0085) it would make a blank. Escaped they are what they are.
func encodeApply(object *unstructured.Unstructured) ([]byte, error) {
	body, err := json.Marshal(object.Object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", title(object), err)
	}
	if bytes.IndexFunc(body, needsEscape) < 0 {
		return body, nil
	}
	var escaped bytes.Buffer
	for _, r := range string(body) {
		if needsEscape(r) { // inside of a string: nowhere else JSON has such characters
			fmt.Fprintf(&escaped, `\u%04x`, r)
		} else {
			escaped.WriteRune(r)
		}
	}
	return escaped.Bytes(), nil
}

// needsEscape reports whether YAML does not take a character as it is.
func needsEscape(r rune) bool {
	const (
		firstControl, lastControl = 0x7f, 0x9f
		byteOrderMark             = 0xfeff
		firstNonCharacter         = 0xfffe
		lastNonCharacter          = 0xffff
	)
	return r >= firstControl && r <= lastControl || r == byteOrderMark || r == firstNonCharacter || r == lastNonCharacter
}
