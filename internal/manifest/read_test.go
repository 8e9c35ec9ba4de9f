package manifest_test

import (
	"strings"
	"testing"
	"fmt"

	"stowage/internal/manifest"
)

func TestTry(t *testing.T) {
	for _, in := range []string{
		`# far top

# top
--- # at marker
# Source: web/templates/x.yaml
# below
apiVersion: v1
kind: X
metadata: {name: "a#b", # after
  # within
  labels: {a: b}} # closed
spec: # of spec
  # head a
  a: 1 # line a
  # foot?

  # head b
  b:
  # before c
  - c # line c
  # before d
  - # in d
    e: 1
    # after e
  # after d
  f: | # block
    text # not

    # more not
  # head of g
  g: >-
    text
  # after g
# before end
end: 1
# foot of end

# last
---
# trailing
`,
"apiVersion: v1\nkind: List\n# x\nitems:\n# one\n- apiVersion: v1\n  kind: A\n  metadata:\n    name: x # the name\n# two\n- kind: B\n  apiVersion: v1\n  metadata: {name: y}\n",
		`{"kind":"A","apiVersion":"v1","metadata":{"name":"x"}} {"kind":"A","apiVersion":"v1",
 "metadata":{"name":"x", "a":1,"a":2}}`,
	} {
		docs, problems := manifest.Read(t.Context(), []string{"-"}, strings.NewReader(in))
		for _, d := range docs {
			fmt.Println(d.Line, d.Object.Object)
			for k, v := range d.Comments {
				fmt.Printf("   %q %+v %d\n", k, v, len(v.Head))
			}
			fmt.Println(d.Places)
		}
		for _, p := range problems {
			fmt.Println(p.Error())
		}
	}
}
