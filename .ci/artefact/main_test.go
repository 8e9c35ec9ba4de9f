package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asProgram in the environment makes the test's binary the program itself.
const asProgram = "ARTEFACT_TEST_AS_PROGRAM"

const (
	testVersion = "v0.0.0-test"
	testURL     = "https://example.com/stowage"
)

// testPlatform is one of the image's platforms that is built fast: the tests of
// stowage itself are for it too.
var testPlatform = platform{"linux", runtime.GOARCH}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	code := m.Run()
	os.RemoveAll(first.dir)
	os.Exit(code)
}

// first is all that can be made for one platform, made once for all tests.
var first struct {
	once     sync.Once
	dir, log string
	source   source
	err      error
}

// made returns the directory where all has been made, from a clone of the newest
// commit.
func made(t *testing.T) (dir string, of source) {
	t.Helper()
	first.once.Do(func() {
		first.dir, first.err = os.MkdirTemp("", "stowage-artefact-test-")
		if first.err != nil {
			return
		}
		first.source.dir = filepath.Join(first.dir, "source")
		cloneInto(t, first.source.dir)
		first.source.version, first.source.url = testVersion, testURL
		first.err = errors.Join(
			first.source.ask(t.Context()),
			makeAll(t.Context(), first.source.dir, filepath.Join(first.dir, "out"), "umask 022"),
		)
	})
	if first.err != nil {
		t.Fatal(first.err)
	}
	return filepath.Join(first.dir, "out"), first.source
}

func cloneInto(t *testing.T, dir string) {
	t.Helper()
	if _, err := output(t.Context(), "../..", nil, "git", "clone", "--quiet", ".", dir); err != nil {
		t.Fatal(err)
	}
}

// makeAll runs the program as one of its own, after a command of the shell.
func makeAll(ctx context.Context, dir, out, before string, environ ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	_, err = output(ctx, dir, append(environ, asProgram+"=1"), "sh", "-c", before+` && exec "$0" "$@"`, self,
		"-out", out, "-version", testVersion, "-url", testURL, "-platform", testPlatform.String(), "release", "image", "root")
	return err
}

// read returns all files below the directory, by their names.
func read(t *testing.T, dir string) map[string]file {
	t.Helper()
	all := map[string]file{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		f := file{name: name, mode: info.Mode()}
		if !entry.IsDir() {
			f.data, err = os.ReadFile(filepath.Join(dir, name))
		}
		all[name] = f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMadeElsewhereItIsTheSame(t *testing.T) {
	dir, _ := made(t)
	again := t.TempDir()
	elsewhere := filepath.Join(t.TempDir(), "another", "place")
	cloneInto(t, elsewhere)
	err := makeAll(t.Context(), elsewhere, again, "umask 077", "TZ=Pacific/Kiritimati", "LC_ALL=C", "HOSTNAME=another",
		"GOFLAGS=-tags=another", "GOAMD64=v3", "GOARM64=v9.0", "SOURCE_DATE_EPOCH=1")
	if err != nil {
		t.Fatal(err)
	}
	before, after := read(t, dir), read(t, again)
	areSame(t, before, after)
	for name, f := range before {
		if strings.HasPrefix(name, "root/") && f.mode != after[name].mode {
			t.Errorf("%s has the mode %v, and %v the second time", name, f.mode, after[name].mode)
		}
	}
}

// areSame expects the same names with the same content.
func areSame(t *testing.T, before, after map[string]file) {
	t.Helper()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))); diff != "" {
		t.Errorf("other files (-before +after)\n%s", diff)
	}
	for name, f := range before {
		if !bytes.Equal(f.data, after[name].data) {
			t.Errorf("%s is not the same", name)
		}
	}
}

func TestATreeWithChangesIsSaid(t *testing.T) {
	dir := t.TempDir()
	cloneInto(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "new.go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	m := &maker{source: source{dir: dir}, out: t.TempDir(), log: &log}
	if err := m.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "the tree is not what commit " + m.source.commit + " has"; !strings.Contains(log.String(), want) {
		t.Errorf("said %q, not %q", log.String(), want)
	}
}

func TestWrongArguments(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"nothing"}, `there is no artefact "nothing"`},
		{[]string{"-platform", "plan9/386", "release"}, `"plan9/386" is none of [linux/amd64 `},
		{[]string{"-platform", "darwin/arm64", "image"}, "darwin/arm64 is none of [linux/amd64 linux/arm64]"},
		{[]string{"root"}, "root is for one platform"},
	} {
		err := run(t.Context(), append([]string{"-source", "../..", "-out", t.TempDir()}, test.args...), io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test.args, err, test.want)
		}
	}
}

// runs runs a binary that was made, and expects that it says what it is.
func runs(t *testing.T, path string, of source) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, "version", "-o", "json")
	cmd.Env = []string{} // nothing of this machine
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "formatVersion": "1.0",
  "version": "` + testVersion + `",
  "commit": "` + of.commit + `",
  "date": "` + of.time.Format("2006-01-02T15:04:05Z") + `",
  "go": "` + runtime.Version() + `",
  "platform": "` + testPlatform.String() + `"
}
`
	if string(out) != want {
		t.Errorf("says it is\n%swant\n%s", out, want)
	}
}
