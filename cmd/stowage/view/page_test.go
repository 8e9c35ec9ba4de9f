package view

import (
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain":              "plain",
		"größer 日本 🚢":        "größer 日本 🚢",
		"a\tb":               "a    b",
		"\x1b[31mred":        `\x1b[31mred`,
		"bell\a, del\x7f":    `bell\x07, del\x7f`,
		"c1 \u009b2J":        `c1 \x9b2J`,
		"not utf-8 \xff\x9b": `not utf-8 \xff\x9b`,
		"turned \u202eback":  `turned \u202eback`,
		"lines\r\n":          `lines\x0d\x0a`,
		"kept \ufffd":        "kept \ufffd",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text        string
		first, rest int
		want        []string
	}{
		{"short", 10, 10, []string{"short"}},
		{"one two three", 7, 10, []string{"one two", "three"}},
		{"one two three", 3, 9, []string{"one", "two three"}},
		{"averylongword x", 5, 5, []string{"averylongword", "x"}},
		{"日本 日本", 5, 5, []string{"日本", "日本"}},
		{"  laid out already", 5, 5, []string{"  laid out already"}},
	} {
		if got := wrap(test.text, test.first, test.rest); strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", test.text, test.first, test.rest, got, test.want)
		}
	}
}
