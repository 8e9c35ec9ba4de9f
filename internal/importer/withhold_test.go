package importer

import (
	"slices"
	"strings"
	"testing"

	"stowage/dsl"
)

const refusedFile = `app "web" {
  image = "web"
  env = {
    A     = "a"
    "b.c" = { config = "x", key = "k" }
  }

  toleration { key = "a" }
  toleration { key = "b" }

  readiness {
    http = { path = "/", port = "http" }
  }
}

app "other" {
  image = "other"
}
`

func TestWhatIsRefusedIsFoundInItsBlock(t *testing.T) {
	m := &maker{outcome: outcome{files: []written{{File: File{Name: "web.hcl", Content: []byte(refusedFile)}}}}}
	for _, c := range []struct {
		line, column int
		want         string
	}{
		{1, 1, ""},
		{2, 11, "image"},
		{3, 3, "env"},
		{4, 14, "env|A"},
		{5, 33, "env|b.c|key"},
		{8, 22, "toleration #1|key"},
		{9, 3, "toleration #2"},
		{9, 22, "toleration #2|key"},
		{9, 0, "toleration #2|key"}, // what rendering says has no column
		{1, 0, ""},
		{11, 3, "readiness #1"},
		{12, 34, "readiness #1|http|port"},
		{17, 12, "image"},
		{99, 1, ""},
	} {
		if got := strings.Join(m.itemAt(refusal{file: "web.hcl", line: c.line, column: c.column}), "|"); got != c.want {
			t.Errorf("%d:%d is at %q, not %q", c.line, c.column, got, c.want)
		}
	}
}

// A second refusal is about what is left of the block, and means another item than it would
// have before.
func TestWithholdingCountsWhatIsWithheldAlready(t *testing.T) {
	build := func() *block {
		b := &block{kind: "app", labels: []string{"web"}}
		for _, key := range []string{"a", "b", "c"} {
			b.block("toleration", "").set("key", key, "")
		}
		b.set("env", fields{{name: "A", value: "a"}, {name: "B", value: "b"}}, "")
		return b
	}
	p := &part{kind: "app", withheld: map[string]bool{}, write: func(*part) *block { return build() }}
	for _, refused := range [][]string{{"toleration #1"}, {"toleration #2"}, {"env", "A"}} {
		p.withheld[joined(p.original(slices.Clone(refused)))] = true
	}
	const want = `app "web" {
  toleration { key = "b" }

  env = { B = "b" }
}
`
	if got := string(textOf(p.block())); got != want {
		t.Errorf("left is\n%s\nand not\n%s", got, want)
	}
}

func TestTextBecomesReferences(t *testing.T) {
	m := &maker{namespace: "shop", links: links{}}
	for _, c := range []struct{ name, value, want string }{
		{"URL", "postgres://nobody/x", `"postgres://nobody/x"`},
		{"HOST", "nobody", `"nobody"`},
		{"MARK", "50%{x} $${y}", `"50%%{x} $$${y}"`},
	} {
		text, _ := inline(m.variable(&part{}, c.name, c.value))
		if text != c.want {
			t.Errorf("%s=%s is %s, not %s", c.name, c.value, text, c.want)
		}
	}
	for _, name := range []string{"HOST", "DB_HOST", "db.host", "REDIS_ADDR", "mysql-hostname", "SERVER"} {
		if !namesHost.MatchString(name) {
			t.Errorf("%s is not taken for the name of a host", name)
		}
	}
	for _, name := range []string{"GHOST", "HOSTED", "ADDRESSES", "OBSERVER", "HOST_COUNT"} {
		if namesHost.MatchString(name) {
			t.Errorf("%s is taken for the name of a host", name)
		}
	}
}

func TestTemplatesMeanTheirText(t *testing.T) {
	host := raw("app.db.host")
	for _, c := range []struct {
		value any
		want  string
	}{
		{template{"", host, ""}, `app.db.host`},
		{template{"", template{host, ""}, ":", "5432"}, `"${app.db.host}:5432"`},
		{template{`"q" ${x} %{y}`, host}, `"\"q\" $${x} %%{y}${app.db.host}"`},
		{template{"a", "b"}, `"ab"`},
		{template{}, `""`},
	} {
		if got, _ := inline(simplest(c.value)); got != c.want {
			t.Errorf("%v is %s, not %s", c.value, got, c.want)
		}
	}
	b := &block{kind: "config", labels: []string{"x"}}
	b.set("data", fields{{name: "k", value: template{"url: ", host, "\nraw: ${x}\n"}}}, "")
	const want = `config "x" {
  data = {
    k = <<-EOT
      url: ${app.db.host}
      raw: $${x}
    EOT
  }
}
`
	if got := string(textOf(b)); got != want {
		t.Errorf("text of several lines is\n%s\nand not\n%s", got, want)
	}
}

func TestDurationsAreWrittenInTheLargestUnit(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0s", 5: "5s", 60: "1m", 90: "90s", 600: "10m", 3600: "1h", 5400: "90m", 86400: "24h"} {
		if got := duration(seconds); got != want {
			t.Errorf("%d seconds are %s, not %s", seconds, got, want)
		}
	}
}

func TestTheAppsOwnContainerIsTheOneThatSaysSo(t *testing.T) {
	container := func(name, image string, ports int) map[string]any {
		return map[string]any{"name": name, "image": image, "ports": make([]any, ports)}
	}
	for _, c := range []struct {
		want       string
		containers []any
	}{
		{"web", []any{container("proxy", "envoy", 1), container("web", "x", 0)}},
		{"app", []any{container("proxy", "envoy", 1), container("app", "example.com:5000/team/web:1@sha256:0", 0)}},
		{"server", []any{container("logs", "fluent", 0), container("server", "x", 1)}},
		{"a", []any{container("a", "x", 0), container("b", "x", 0)}},
	} {
		o := &object{id: idOf("apps", string(dsl.Deployment), "shop", "web")}
		main, others := o.containersIn(field{value: map[string]any{"containers": c.containers}})
		if main.at("name").text() != c.want || len(others) != len(c.containers)-1 {
			t.Errorf("it is %s and not %s", main.at("name").text(), c.want)
		}
	}
}
