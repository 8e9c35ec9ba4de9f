package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stowage/dsl"
)

// Every combination of answers becomes a configuration that is right and formatted.
func TestInitWritesWhatIsValid(t *testing.T) {
	for _, name := range []string{"shop", "database", "my-shop-2"} {
		for _, database := range databases {
			for _, reach := range [][2]string{{none, none}, {"8080", none}, {"80", "shop.example.com"}, {"80", "*.example.com"}} {
				a := answers{name: name, image: "example.com/shop:1.0", port: reach[0], host: reach[1], database: database, replicas: "3", namespace: "ns"}
				t.Run(strings.Join([]string{name, database, reach[0], reach[1]}, " "), func(t *testing.T) { checkScaffold(t, a) })
			}
		}
	}
}

func checkScaffold(t *testing.T, a answers) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new")
	files := scaffold(a)
	if err := writeFiles(dir, files, false); err != nil {
		t.Fatal(err)
	}
	if err := checkConfiguration(dir); err != nil {
		t.Error(err)
	}
	for _, f := range files {
		if filepath.Ext(f.Name) == ".hcl" && !bytes.Equal(f.Content, dsl.Format(f.Content)) {
			t.Errorf("%s is not formatted:\n%s", f.Name, f.Content)
		}
		if fileSubjects[f.Name] == "" {
			t.Errorf("nothing is said about %s", f.Name)
		}
	}
	info, err := os.Stat(filepath.Join(dir, secretsFile))
	switch has := a.database != none; {
	case has != (err == nil):
		t.Errorf("passwords for database %s: %v", a.database, err)
	case has && info.Mode().Perm() != secretMode:
		t.Errorf("the passwords have mode %v", info.Mode())
	}
}

// Two configurations have nothing in common that a stranger could guess.
func TestInitMakesNewPasswords(t *testing.T) {
	a := databaseOf(answers{name: "a", database: "postgres"})
	if first, second := a.secrets(), a.secrets(); first == second {
		t.Error("the same password twice")
	}
}

// What is written to an answer means that, whatever it looks like in HCL.
func TestInitTakesNoCodeForAnAnswer(t *testing.T) {
	a := answers{name: "shop", image: `a${file("/etc/passwd")}`}
	if err := a.check(); err == nil || !strings.Contains(err.Error(), "image reference") {
		t.Errorf("error %v, want that it is no image", err)
	}
}
