package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// killScenario is a kind of run that is killed.
type killScenario struct {
	name  string
	lanes int  // more of them where there is more to wait for
	fresh bool // every run begins with nothing
	// next returns what the n-th run of a lane is, having brought the release to
	// where that begins.
	next func(l *lane, n int) attempt
}

var killScenarios = []killScenario{
	{"first install", 2, true, func(l *lane, _ int) attempt {
		install := l.apply(example)
		return attempt{run: install, forward: install, back: l.destroy()}
	}},
	{"config update", 1, false, func(l *lane, n int) attempt {
		l.deployed()
		return l.update(settings{value: valueOf(n), tag: l.now.tag})
	}},
	{"image update", 1, false, func(l *lane, n int) attempt {
		l.deployed()
		return l.update(settings{value: l.now.value, tag: fmt.Sprintf("tag-%d-tag", n)})
	}},
	{"failed update", 3, false, func(l *lane, n int) attempt {
		l.deployed()
		fails := l.apply(settings{value: valueOf(n), tag: l.now.tag, faulty: true}, "--on-failure", "rollback")
		fails.code, fails.left = exitWentBack, l.now
		return attempt{run: fails, forward: fails, back: l.apply(*l.now)}
	}},
	{"rollback", 1, false, func(l *lane, n int) attempt {
		l.deployed()
		if l.last == nil || *l.last == *l.now { // the run before was taken back
			l.last = l.now
			l.now = &settings{value: valueOf(n), tag: l.now.tag}
			l.does(l.apply(*l.now))
		}
		a := attempt{run: l.rollback(*l.last), forward: l.apply(*l.last), back: l.apply(*l.now)}
		l.last = l.now
		return a
	}},
	{"destroy", 2, false, func(l *lane, _ int) attempt {
		l.deployed()
		return attempt{run: l.destroy(), forward: l.destroy(), back: l.apply(*l.now)}
	}},
}

// attempt is a run that is to be killed, and both ways on from there.
type attempt struct {
	run, forward, back call
}

// call is a command, and what it ends with.
type call struct {
	args []string
	code int
	left *settings // nil: the release is gone
}

// settings are a configuration of the example.
type settings struct {
	value  string // of TEST_CONFIG
	tag    string // of the image
	faulty bool   // the image cannot be pulled
}

// example is what the example is installed as.
var example = settings{value: valueOf(0), tag: "tag-0-tag"}

// valueOf returns a value that is not found in a text by chance.
func valueOf(n int) string { return fmt.Sprintf("value-%d-value", n) }

// deployed makes sure that the example is deployed, as whatever.
func (l *lane) deployed() {
	l.t.Helper()
	if l.now == nil {
		l.does(l.apply(example))
		l.now = &example
	}
}

// does runs a command in this process and returns its output.
func (l *lane) does(c call) string {
	l.t.Helper()
	return want(l.t, c.code, c.args...)
}

// update is an attempt to go from what is applied to other settings.
func (l *lane) update(to settings) attempt {
	return attempt{run: l.apply(to), forward: l.apply(to), back: l.apply(*l.now)}
}

// unattended are flags of all that writes. The lock of a killed run is taken over
// at once, so that no time for it is needed.
var unattended = []string{"--auto-approve", "--timeout", "1m", "--lock-timeout", "0"}

func (l *lane) apply(s settings, flags ...string) call {
	return call{args: append(append(l.with("apply", s), flags...), unattended...), left: &s}
}

func (l *lane) rollback(to settings) call {
	return call{args: append(l.about("rollback"), unattended...), left: &to}
}

func (l *lane) destroy() call {
	return call{args: append(append(l.about("destroy"), "--delete-data"), unattended...)}
}

// about is a command that reads no configuration.
func (l *lane) about(verb string) []string {
	return []string{verb, "--kubeconfig", l.proxy.Kubeconfig, "-n", l.namespace, "--release", killedRelease}
}

// with is a command that reads the configuration.
func (l *lane) with(verb string, s settings) []string {
	dir := exampleDir()
	if s.faulty {
		dir = l.faulty
	}
	return []string{
		verb, dir, "--kubeconfig", l.proxy.Kubeconfig, "-n", l.namespace, "--var", "node_port=" + l.nodePort,
		"--var", "test_config=" + s.value, "--var", "image_tag=" + s.tag,
	}
}

func exampleDir() string { return filepath.Join(examplesDir, killedRelease) }

// faultyExample returns a copy of the example whose application never starts.
func faultyExample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(exampleDir())); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "petclinic.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const image = `"spring2go/spring-petclinic:${var.image_tag}"`
	if !strings.Contains(string(text), image) {
		t.Fatalf("%s has no image %s", file, image)
	}
	text = []byte(strings.Replace(string(text), image, `"simulate.local/image-pull-error"`, 1))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
