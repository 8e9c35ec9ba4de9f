package dsl

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// want fails unless text contains all the parts.
func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func TestS3OnlyContentMakesAVersion(t *testing.T) {
	const form = `
		release "r" {}
		config "c" {
			data   = { a = %q, b = "2" }
			labels = { l = %q }
		}
		app "user" {
			image = "x"
			env_from { config = config.c }
		}`
	first := evaluate(t, Inputs{}, fmt.Sprintf(form, "1", "x"))
	relabelled := evaluate(t, Inputs{}, fmt.Sprintf(form, "1", "y"))
	changed := evaluate(t, Inputs{}, fmt.Sprintf(form, "1.1", "x"))
	if first.Data[0].Name != relabelled.Data[0].Name {
		t.Errorf("a label made another version: %s and %s", first.Data[0].Name, relabelled.Data[0].Name)
	}
	if first.Data[0].Name == changed.Data[0].Name {
		t.Errorf("another content has the same version: %s", changed.Data[0].Name)
	}
	if got := changed.Apps[0].EnvFrom[0].Name; got != changed.Data[0].Name {
		t.Errorf("the consumer uses %s, not %s", got, changed.Data[0].Name)
	}
}

func TestS4AContentTakenBackHasItsOldName(t *testing.T) {
	const form = `release "r" {}
		config "c" { data = { a = %q } }`
	first := evaluate(t, Inputs{}, fmt.Sprintf(form, "1"))
	evaluate(t, Inputs{}, fmt.Sprintf(form, "2"))
	again := evaluate(t, Inputs{}, fmt.Sprintf(form, "1"))
	if first.Data[0].Name != again.Data[0].Name {
		t.Errorf("%s is now %s", first.Data[0].Name, again.Data[0].Name)
	}
}

func TestS5SecretVersionsDependOnTheKey(t *testing.T) {
	const src = `
		release "r" {}
		secret "a" { data = { password = "guess" } }
		secret "b" { data = { password = "guess" } }`
	one := evaluate(t, Inputs{VersionKey: []byte("one")}, src)
	two := evaluate(t, Inputs{VersionKey: []byte("two")}, src)
	none := evaluate(t, Inputs{}, src)
	versions := map[string]string{}
	for name, d := range map[string]*Data{"one a": one.Data[0], "one b": one.Data[1], "two a": two.Data[0], "none a": none.Data[0]} {
		if other, same := versions[d.Version]; same {
			t.Errorf("%s and %s have the same version %s", name, other, d.Version)
		}
		versions[d.Version] = name
	}
	if one.Data[0].Provisional || !none.Data[0].Provisional {
		t.Errorf("provisional is %t with a key and %t without", one.Data[0].Provisional, none.Data[0].Provisional)
	}
}

func TestS9CycleNamesEachEdgeWithItsPlace(t *testing.T) {
	text := fails(t, Inputs{}, `
release "r" {}
app "a" {
  image  = "x"
  config = { B = "http://${app.b.host}/" }
  port "http" { number = 80 }
}
locals { c = config.c.name }
app "b" {
  image = "x"
  args  = [local.c]
  port "http" { number = 80 }
}
config "c" {
  data = { a = app.a.fqdn }
}`)
	want(t, text, "Dependency cycle",
		"app.a refers to app.b (", "main.hcl:5)",
		"app.b refers to local.c (", "main.hcl:11)",
		"local.c refers to config.c (", "main.hcl:8)",
		"config.c refers to app.a (", "main.hcl:15)")
	if n := strings.Count(text, "Error: Dependency cycle"); n != 1 {
		t.Errorf("the loop is reported %d times", n)
	}
}

func TestS26ValuesStayExact(t *testing.T) {
	cfg := evaluate(t, Inputs{Vars: []string{"tag=0123", "count=9007199254740993"}}, `
		release "r" {}
		variable "tag" { type = string }
		variable "count" { type = number }
		config "c" {
			data = {
				zeros = "0123"
				yes   = "yes"
				exp   = "1e3"
				tag   = var.tag
				count = var.count
				max   = 18446744073709551615
				json  = jsonencode({ n = 9223372036854775807, s = "0123" })
				yaml  = yamlencode(jsondecode("{\"n\": 9223372036854775807}"))
				float = 0.1
			}
		}`)
	for key, expected := range map[string]string{
		"zeros": "0123", "yes": "yes", "exp": "1e3", "tag": "0123", "count": "9007199254740993",
		"max": "18446744073709551615", "json": `{"n":9223372036854775807,"s":"0123"}`,
		"yaml": "\"n\": 9223372036854775807\n", "float": "0.1",
	} {
		if got := cfg.Data[0].Text[key]; got != expected {
			t.Errorf("%s is %q, not %q", key, got, expected)
		}
	}
}

// canary is a sensitive value that must not be seen anywhere.
const canary = "Zebra-4711-canary"

func TestS39NoDiagnosticShowsASensitiveValue(t *testing.T) {
	for _, fixture := range []string{"sensitive_places", "sensitive_errors"} {
		src, err := os.ReadFile(filepath.Join("testdata", "invalid", fixture+".hcl"))
		if err != nil {
			t.Fatal(err)
		}
		hidesCanary(t, fails(t, Inputs{Vars: []string{"password=" + canary}}, string(src)))
	}
}

func TestS39NoVariableFileIsShownWithASensitiveValue(t *testing.T) {
	const src = `
		release "r" {}
		variable "password" {
			type      = number
			sensitive = true
		}
		variable "list" {
			type      = list(string)
			sensitive = true
		}
		variable "object" {
			type      = object({ password = number })
			sensitive = true
		}`
	files := map[string]string{
		"wrong type": "password = \"" + canary + "\"\nobject = { password = \"" + canary + "\" }\nlist = []",
		"misspelt":   "pasword = \"" + canary + "\"",
		"references": "password = var." + strings.ReplaceAll(canary, "-", "_"),
		"syntax":     "password = \"" + canary + "\n",
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			m := load(t, map[string]string{"main.hcl": src, "x.auto.vars.hcl": text})
			cfg, diags := m.Evaluate(Inputs{Vars: []string{"list=[" + canary}})
			if cfg != nil {
				t.Fatal("no errors, but some are due")
			}
			hidesCanary(t, shown(t, m, diags))
		})
	}
}

func TestS39SecretsWrittenOutAreMaskedInSnippets(t *testing.T) {
	hidesCanary(t, fails(t, Inputs{}, `
		release "r" {}
		variable "v" {
			sensitive = true
			type      = number
			default   = "`+canary+`"
		}
		secret "s" {
			data = { "not a key" = "`+canary+`", list = ["x`+canary+`"], ok = "${upper("`+canary+`")}-${var.none}" }
		}
		app "a" {
			image  = "nginx"
			secret = { "not a key" = "`+canary+`" }
		}`))
}

// hidesCanary checks that a text does not show the canary in any form.
func hidesCanary(t *testing.T, text string) {
	t.Helper()
	for _, form := range []string{canary, strings.ToUpper(canary), strings.ReplaceAll(canary, "-", "_"), base64.StdEncoding.EncodeToString([]byte(canary))} {
		if strings.Contains(text, form) {
			t.Errorf("%q is shown in:\n%s", form, text)
		}
	}
}

func TestS39SensitiveEnvMovesToTheOwnSecret(t *testing.T) {
	cfg := evaluate(t, Inputs{Vars: []string{"password=" + canary}}, `
		release "r" {}
		variable "password" { sensitive = true }
		app "a" {
			image = "x"
			env   = { URL = "db://root:${var.password}@db", PLAIN = "y" }
		}`)
	app := cfg.Apps[0]
	if got := app.Secret.Text["URL"]; got != "db://root:"+canary+"@db" {
		t.Errorf("the own secret holds %q", got)
	}
	for _, e := range app.Env {
		if strings.Contains(e.Value, canary) {
			t.Errorf("%s holds the value itself", e.Name)
		}
		if e.Name == "URL" && (e.Key == nil || e.Key.Name != app.Secret.Name || e.Key.Key != "URL") {
			t.Errorf("URL is %+v", e.Key)
		}
	}
	if len(app.EnvFrom) != 0 {
		t.Errorf("the own secret is taken as a whole too: %+v", app.EnvFrom)
	}
}

func TestS45MisspeltNamesAreSuggested(t *testing.T) {
	text := fails(t, Inputs{}, `
release "r" {}
config "c" { data = { "a.conf" = "x" } }
app "web" {
  image   = "nginx"
  replica = 3
  mount "/etc/a.conf" {
    config  = config.c
    subpath = "a.conf"
  }
}`)
	want(t, text, "main.hcl:6,3-10", `Did you mean "replicas"?`, "main.hcl:9,5-12", `Did you mean "sub_path"?`)
}

func TestS46FilesArriveByteForByte(t *testing.T) {
	const script = "#!/bin/sh\r\necho ${X} %{ if } $${Y} cafe\u0301\n\t"
	cfg, diags := load(t, map[string]string{"run.sh": script, "main.hcl": `
		release "r" {}
		config "c" { data = { "run.sh" = file("run.sh") } }
		secret "s" { data = { hash = sha256(file("run.sh")), "run.sh" = file("run.sh") } }
		app "a" {
			image  = "x"
			config = { SCRIPT = file("run.sh") }
			env    = { SCRIPT = file("run.sh") }
		}`}).Evaluate(Inputs{})
	noErrors(t, diags)
	for place, got := range map[string]string{
		"config":     cfg.Data[0].Text["run.sh"],
		"secret":     cfg.Data[1].Text["run.sh"],
		"own config": cfg.Apps[0].Config.Text["SCRIPT"],
		"env":        cfg.Apps[0].Env[0].Value,
	} {
		if got != script {
			t.Errorf("%s holds %q", place, got)
		}
	}
	if got, exact := cfg.Data[1].Text["hash"], fmt.Sprintf("%x", sha256.Sum256([]byte(script))); got != exact {
		t.Errorf("the hash of the file is %s, not %s", got, exact)
	}
}

func TestS46NothingOutsideTheRootIsRead(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	m := load(t, map[string]string{"main.hcl": fmt.Sprintf(`
		release "r" {}
		locals {
			up       = file("../../etc/passwd")
			absolute = file(%q)
			link     = file("link")
			through  = file("dir/outside")
			exists   = fileexists("link")
			base64   = filebase64("link")
			template = templatefile("link", {})
			env      = envfile("link")
			files    = dirfiles("dir")
			set      = fileset("dir", "*")
		}
		output "all" { value = fileset(".", "**") }`, outside)})
	if err := os.Symlink(outside, filepath.Join(m.dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(m.dir, "dir")); err != nil {
		t.Fatal(err)
	}
	_, diags := m.Evaluate(Inputs{})
	text := shown(t, m, diags)
	hidesCanary(t, text)
	const locals = 10
	if n := strings.Count(text, "leads out of the directory of the configuration"); n != 2*locals {
		t.Errorf("%d of %d reads are refused:\n%s", n/2, locals, text)
	}
}

func TestS49MisspeltKeysAreErrors(t *testing.T) {
	text := fails(t, Inputs{}, `
release "r" {}
secret "mysql" { data = { password = "`+canary+`" } }
app "a" {
  image = "x"
  env   = {
    A = secret.mysql.key.passwrd
    B = { secret = secret.mysql, key = "passwort" }
  }
  mount "/x" {
    secret = secret.mysql
    items  = { pasword = "x" }
  }
}`)
	want(t, text, `secret.mysql.key has no "passwrd"`, `secret.mysql has no key "passwort"`, `secret.mysql has no key "pasword"`, `Did you mean "password"?`)
	hidesCanary(t, text)
}
