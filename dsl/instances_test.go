package dsl

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// S48: one configuration, three files of values, three environments.
func TestS48EnvironmentsAreFilesOfValues(t *testing.T) {
	want := map[string]map[string]string{
		"dev":     {"cart": "1.4 x1", "catalog": "2.0 x1", "orders": "1.0 x1", "limits": "limits-catalog"},
		"staging": {"cart": "1.4 x2", "catalog": "1.9 x1", "orders": "1.0 x1", "limits": "limits-cart limits-catalog"},
		"prod":    {"cart": "1.3 x3", "catalog": "1.9 x4", "orders": "1.0 x2"},
	}
	m, diags := Parse("../examples/modules")
	noErrors(t, diags)
	for environment, due := range want {
		cfg, diags := m.Evaluate(Inputs{Env: environment})
		noErrors(t, diags)
		got := map[string]string{}
		for _, a := range cfg.Apps {
			if a.Address.Module != "" {
				_, tag, _ := strings.Cut(a.Image, ":")
				got[a.Name] = fmt.Sprintf("%s x%d", tag, *a.Replicas)
			}
		}
		for _, d := range cfg.Data {
			if d.Address.Name == "limits" {
				got["limits"] = strings.TrimSpace(got["limits"] + " " + d.BaseName)
			}
		}
		if diff := cmp.Diff(due, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", environment, diff)
		}
	}
}

func TestMovedBlocksKeepNames(t *testing.T) {
	m, diags := Parse("testdata/valid/moved")
	noErrors(t, diags)
	cfg, diags := m.Evaluate(Inputs{VersionKey: testKey})
	noErrors(t, diags)
	names := map[string]string{}
	for _, a := range cfg.Apps {
		names[a.Address.String()] = a.Name
	}
	for _, d := range cfg.Data {
		names[d.Address.String()] = d.BaseName
	}
	for _, i := range cfg.Ingresses {
		names[i.Address.String()] = i.Name
	}
	for _, r := range cfg.Resources {
		names[r.Address.String()] = r.Name
	}
	want := map[string]string{
		"app.shop":                         "web",
		`app.worker["fast"]`:               "worker",
		`app.worker["slow"]`:               "worker-slow",
		"app.single":                       "single-only",
		`secret.keys["a"]`:                 "tokens-a",
		`secret.keys["b"]`:                 "old-b",
		`module.front["x"].config.options`: "settings",
		`module.front["x"].config.extra`:   "more",
		"resource.ConfigMap.named":         "own",
		"resource.Role.reader":             "viewer",
		"ingress.all":                      "everything",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// What a sensitive variable of a module is given is not shown, in no file.
func TestModulesShowNoSensitiveValues(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "main.hcl"), `release "r" {}
		module "m" {
			source   = "./m"
			password = "`+canary+`"
			port     = "`+canary+`"
		}`)
	if err := os.Mkdir(filepath.Join(dir, "m"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "m", "main.hcl"), `
		variable "password" { sensitive = true }
		variable "port" {
			type      = number
			sensitive = true
		}
		app "a" {
			image = "a:1"
			args  = [var.password]
		}
		output "o" { value = "${var.password}!" }`)
	m, diags := Parse(dir)
	noErrors(t, diags)
	_, diags = m.Evaluate(Inputs{})
	text := shown(t, m, diags)
	const due = 3 // the type of port, the place of args, the output
	if len(diags) != due || strings.Contains(text, canary) {
		t.Errorf("%d diagnostics, and %d are due:\n%s", len(diags), due, text)
	}
}

// Instances that do not depend on each other are not ordered by a key that is computed.
func TestAComputedKeyRefersToOneInstance(t *testing.T) {
	cfg := evaluate(t, Inputs{}, `
		release "r" {}
		locals { peers = { a = "b", b = "c", c = "" } }
		app "node" {
			for_each = local.peers
			image    = "node:1"
			env      = { PEER = try(app.node[each.value].host, "none") }
			port "tcp" { number = 1 }
		}`)
	want := map[string][]string{`app.node["a"]`: {`app.node["b"]`}, `app.node["b"]`: {`app.node["c"]`}}
	got := map[string][]string{}
	for _, a := range cfg.Apps {
		for _, r := range a.References {
			got[a.Address.String()] = append(got[a.Address.String()], r.To.String())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}
