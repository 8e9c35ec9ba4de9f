package view_test

import (
	"bytes"
	"strings"
	"testing"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

func imported() view.Import {
	id := func(kind, name string) planner.ObjectID {
		return planner.ObjectID{Kind: kind, Namespace: "shop", Name: name}
	}
	web, service := id("Deployment", "web"), id("Service", "web")
	manyPods := make([]planner.ObjectID, 7)
	for i := range manyPods {
		manyPods[i] = id([]string{"Pod", "ReplicaSet"}[i/5], string(rune('a'+i)))
	}
	return view.Import{
		Release: "shop", Namespace: "shop", Dir: "shop", Written: true, Objects: 5,
		Files:   []string{"shop/.gitignore", "shop/release.hcl", "shop/web.hcl"},
		Others:  []string{"old.hcl"},
		Renamed: []view.ImportRenamed{{ID: id("ConfigMap", "web"), To: "web-*"}},
		Relabelled: []view.ImportRelabelled{
			{Label: "app.kubernetes.io/managed-by", Op: planner.Update, From: "Helm", To: "stowage", Of: manyPods},
			{Label: "helm.sh/chart", Op: planner.Delete, From: "shop-1.0", Of: []planner.ObjectID{web, service}},
			{Label: "tier", Op: planner.Create, To: "front", Of: []planner.ObjectID{web}},
		},
		Notes: []view.ImportNote{
			{ID: &web, File: "k8s/web.yaml", Line: 3, Text: "has a hook of Helm, which is an object like any other here; see what it does before it is applied with the others"},
			{File: "k8s/web.yaml", Line: 1, Text: "in 2 objects what only a server writes was left out"},
		},
		Left: []view.ImportLeft{{Reason: "made by a controller", Of: manyPods}, {Reason: "every namespace has it", Of: []planner.ObjectID{id("ConfigMap", "kube-root-ca.crt")}}},
		Unread: []view.ImportUnread{
			{Kind: "Secret", Reason: "the account may not read it"}, {Group: "rbac.authorization.k8s.io", Kind: "Role", Reason: "the account may not read it"},
			{Group: "apps", Kind: "Deployment", Name: "gone", Reason: "is not there"}, {Group: "broken.example.com", Kind: "*", Reason: "its server does not answer"},
		},
		Next: []view.ImportCommand{{Command: "stowage plan shop", About: "see what there is to do"}},
	}
}

func withDifferences(i view.Import) view.Import {
	web, secret := planner.ObjectID{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "web"}, planner.ObjectID{Kind: "Secret", Namespace: "shop", Name: "db"}
	i.Differences = []view.ImportDifference{
		{ID: web, File: "k8s/web.yaml", Line: 7, Path: "spec.replicas", Want: 3, Got: 2},
		{ID: web, File: "k8s/web.yaml", Line: 12, Path: "spec.template.spec.containers[web].env[DEBUG]", Want: map[string]any{"name": "DEBUG", "value": "1"}},
		{ID: web, File: "k8s/web.yaml", Line: 3, Path: "metadata.labels.tier", Got: "front"},
		{ID: secret, File: "k8s/db.yaml", Line: 2, Path: "data.password", Masked: true},
	}
	i.Diagnostics = []view.Finding{{Severity: view.SeverityError, Summary: "Ingress old: gone", Hint: "write networking.k8s.io/v1", Range: &view.SourceRange{File: "k8s/old.yaml", Start: view.SourcePos{Line: 1, Column: 1}, End: view.SourcePos{Line: 1, Column: 1}}}}
	return i
}

func TestImport(t *testing.T) {
	show := func(i view.Import, keepsNames, checked bool, width int) []byte {
		return shown(t, width, func(s view.Screen) error { return view.ShowImport(s, i, keepsNames, checked) })
	}
	golden(t, "import.txt", show(imported(), false, false, 120))
	golden(t, "import_80.txt", show(withDifferences(imported()), true, false, 80))
	looked := imported()
	looked.Written, looked.Others, looked.Next = false, nil, nil
	golden(t, "import_check.txt", show(looked, false, true, 120))
	golden(t, "import_check_different.txt", show(withDifferences(looked), false, true, 120))
	golden(t, "import_nothing.txt", show(view.Import{Diagnostics: withDifferences(looked).Diagnostics}, false, true, 120))
	golden(t, "import_problems.txt", shown(t, 80, func(s view.Screen) error { return view.ImportProblems(s, withDifferences(looked).Diagnostics) }))
}

func TestImportForPrograms(t *testing.T) {
	var out bytes.Buffer
	if err := view.ImportJSON(&out, withDifferences(imported())); err != nil {
		t.Fatal(err)
	}
	golden(t, "import.json", out.Bytes())
}

// Of a long list people see the beginning, and how long it is.
func TestImportOfManyFilesIsShort(t *testing.T) {
	i := imported()
	i.Files = make([]string, 40)
	got := string(shown(t, 80, func(s view.Screen) error { return view.ShowImport(s, i, false, false) }))
	if want := "  and 28 more, which -o json lists\n"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}
