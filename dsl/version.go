package dsl

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// versionAlphabet is what a version is written in: no vowels, so that it is
// no word, and no characters that look alike.
const versionAlphabet = "bcdfghjklmnpqrstvwxz2456789"

const versionLength = 10

// provisionalKey stands in for a release's key before the first apply makes
// it. Everyone knows it, so no object may ever be stored under a name made
// with it.
var provisionalKey = []byte("stowage: no key yet")

// version computes the version of a Data from its content alone, so that the
// same content always has the same name. For a Secret it is a keyed hash:
// a guessed content cannot be checked against the name, nor can the contents
// of two Secrets be compared by theirs.
func version(d *Data, key []byte) (text string, provisional bool) {
	if d.Kind == ConfigMap {
		return encodeVersion(d, sha256.New()), false
	}
	if key == nil {
		key, provisional = provisionalKey, true
	}
	h := hmac.New(sha256.New, key)
	writeField(h, []byte(d.BaseName))
	if d.Type != "" && d.Type != "Opaque" {
		writeField(h, []byte(d.Type)) // it cannot be changed in place
	}
	return encodeVersion(d, h), provisional
}

func encodeVersion(d *Data, h hash.Hash) string {
	for _, key := range d.keys() {
		writeField(h, []byte(key))
		if text, ok := d.Text[key]; ok {
			writeField(h, []byte(text))
		} else {
			writeField(h, d.Binary[key])
		}
	}
	return encodeHash(h)
}

// ContentVersion returns the version of what else is named by its content.
func ContentVersion(content []byte) string {
	h := sha256.New()
	writeField(h, content)
	return encodeHash(h)
}

func encodeHash(h hash.Hash) string {
	n := binary.BigEndian.Uint64(h.Sum(nil))
	text := make([]byte, versionLength)
	for i := range text {
		text[i] = versionAlphabet[n%uint64(len(versionAlphabet))]
		n /= uint64(len(versionAlphabet))
	}
	return string(text)
}

// writeField hashes one field with its length, so that no two lists of fields
// look the same. A hash never fails to write.
func writeField(h hash.Hash, field []byte) {
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(field))))
	_, _ = h.Write(field)
}
