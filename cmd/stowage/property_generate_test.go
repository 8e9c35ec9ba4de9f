package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// pair makes two configurations, A and B, out of a seed. Each decision about them
// has a path, such as "app one/image", and follows from the seed and that path
// alone. So B can leave most of what A has as it is, and a failure is made smaller
// by taking back one decision after the other.
type pair struct {
	seed  uint64
	plain map[string]bool // decisions taken back in both: the first choice, which is the plainest
	same  map[string]bool // decisions taken back in B: as in A
	made  map[string]bool // decisions that were not the plainest
}

type side string

const (
	sideA side = "A"
	sideB side = "B"
)

func newPair(seed uint64) *pair {
	return &pair{seed: seed, plain: map[string]bool{}, same: map[string]bool{}, made: map[string]bool{}}
}

// draw is a number below n. No number comes from another draw, so that one more
// decision changes no other.
func (p *pair) draw(who, path string, n int) int {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, who+"/"+path) // never fails
	return rand.New(rand.NewPCG(p.seed, hash.Sum64())).IntN(n)
}

// decide returns a number below 100.
func (p *pair) decide(s side, path string) int {
	if p.plain[path] {
		return 0
	}
	anew := []int{10, 25, 60, 100}[p.draw("rate", "", 4)] // percent of the decisions that B makes for itself
	if s == sideB && (p.same[path] || p.draw("anew", path, 100) >= anew) {
		s = sideA
	}
	n := p.draw(string(s), path, 100)
	if n > 0 {
		p.made[path] = true
	}
	return n
}

// configuration returns the text of one of the two.
func (p *pair) configuration(s side) string {
	w := &writer{pair: p, side: s, there: map[string]bool{}}
	w.all()
	return string(hclwrite.Format([]byte(w.text.String())))
}

// decisions are the paths of those that can be taken back, in a stable order.
func (p *pair) decisions() []string {
	clear(p.made)
	p.configuration(sideA)
	p.configuration(sideB)
	return slices.Sorted(maps.Keys(p.made))
}

// writer writes one configuration.
type writer struct {
	*pair
	side  side
	there map[string]bool // blocks so far, such as "config alpha": these can be referred to
	text  strings.Builder
}

// maybe is true in percent of all cases.
func (w *writer) maybe(path string, percent int) bool { return w.decide(w.side, path) >= 100-percent }

// one chooses, each option as often as any other.
func one[T any](w *writer, path string, options ...T) T {
	return options[w.decide(w.side, path)*len(options)/100]
}

// settled is a decision that B does not make for itself: what a claim is cannot
// be changed.
func (w *writer) settled(path string, percent int) bool {
	return w.decide(sideA, path) >= 100-percent
}

// line writes a line, unless it is empty.
func (w *writer) line(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); line != "" {
		w.text.WriteString(line + "\n")
	}
}

func (w *writer) block(head string, body func()) {
	w.line("%s {", head)
	body()
	w.line("}")
}

// assign writes an argument, unless its value is empty.
func (w *writer) assign(name, value string) {
	if value != "" {
		w.line("%s = %s", name, value)
	}
}

// mapping writes an argument of entries, if there is any.
func (w *writer) mapping(name string, entries map[string]string) {
	if len(entries) == 0 {
		return
	}
	w.line("%s = {", name)
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		w.line("%s = %s", quoted(key), entries[key])
	}
	w.line("}")
}

func quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}

// texts are values that have gone wrong in one tool or another.
var texts = []string{
	"plain", "other", "0123", "yes", "1e3", "null", "", " a=b ", "two\nlines\n", "Grüße ✓", `"quoted" \n`, "${none} %{none}", "$(none)",
}

func (w *writer) value(path string) string { return quoted(one(w, path, texts...)) }

// all writes the configuration. What comes later may refer to what comes before.
func (w *writer) all() {
	w.block(`release "pair"`, func() {
		w.assign("history_limit", one(w, "history_limit", "", "2", "3", "10"))
		w.assign("on_failure", one(w, "on_failure", "", "", `"continue"`))
	})
	w.block(`variable "node_port"`, func() { w.line("default = 30000") })
	w.block(`variable "token"`, func() {
		w.line("sensitive = true")
		w.assign("default", quoted(one(w, "token", "token-1", "token-2")))
	})
	w.data("config", "alpha")
	w.data("secret", "gamma")
	w.app("one", true)
	w.data("config", "beta")
	w.data("secret", "delta")
	w.app("two", w.maybe("app two", 60))
	w.app("three", w.maybe("app three", 35))
}

// data writes a config or secret block. The key FIRST is always there.
func (w *writer) data(kind, name string) {
	id := kind + " " + name
	if !w.maybe(id, 60) {
		return
	}
	entries := map[string]string{"FIRST": w.value(id + "/FIRST")}
	for _, key := range []string{"SECOND", "third.txt"} {
		// The keys of a Secret without versions are not recorded, only what they were called.
		if kind == "secret" || w.maybe(id+"/"+key, 50) {
			entries[key] = w.value(id + "/" + key + "/value")
		}
	}
	if w.there["app one"] && w.maybe(id+"/address", 30) {
		entries["ADDRESS"] = "app.one.name"
	}
	if w.there["config alpha"] && w.maybe(id+"/alpha", 20) {
		entries["ALPHA"] = "config.alpha.name"
	}
	if kind == "secret" {
		entries["TOKEN"] = "var.token"
		entries["ADDRESS"], entries["ALPHA"] = `"none"`, `"none"`
	} else if w.maybe(id+"/binary", 15) {
		entries["BINARY"] = `base64decode("/wD+")`
	}
	w.block(fmt.Sprintf("%s %q", kind, name), func() {
		w.mapping("data", entries)
		if w.maybe(id+"/unversioned", map[string]int{"config": 25, "secret": 10}[kind]) {
			w.line("versioned = false")
		}
		if kind == "secret" && w.maybe(id+"/type", 15) {
			w.line(`type = "example.com/kind"`)
		}
		w.labels(id)
		if w.maybe(id+"/annotations", 15) {
			w.mapping("annotations", map[string]string{"example.com/note": w.value(id + "/annotations/note")})
		}
	})
	w.there[id] = true
}

func (w *writer) labels(id string) {
	entries := map[string]string{}
	for _, label := range []string{"tier", "example.com/team"} {
		if w.maybe(id+"/labels/"+label, 15) {
			entries[label] = one(w, id+"/labels/"+label+"/value", `"front"`, `"back"`, `""`)
		}
	}
	w.mapping("labels", entries)
}
