package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// githubCommand returns the command that GitHub Actions finds in a line; empty: none. It
// compares as GitHub's runner does, which passes over what has no width.
func githubCommand(line string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) && r != '\t' {
			return -1
		}
		return r
	}, line)
	if m := regexp.MustCompile(`^\s*::([a-z-]+)[^:]*::`).FindStringSubmatch(seen); m != nil {
		return m[1]
	}
	if m := regexp.MustCompile(`##\[([a-z-]+)[^\]]*\]`).FindStringSubmatch(seen); m != nil {
		return m[1]
	}
	return ""
}

var hostileLines = []string{
	"::error::x",
	"::set-output name=a::b",
	"  \t ::add-mask::a",
	"\u200b::error::zero width",
	"\u0301::error::a mark",
	":\u0301:error::a mark inside",
	"\u2028::error::line separator",
	"\u00a0::error::no-break space",
	"\r::error::after a carriage return",
	"\x1b[0K::error::after a control sequence",
	"harmless\n::error::a second line",
	"anywhere ##[error]x",
	"###[add-mask]x",
	"#\u0301#\u0301[error]x",
	"##\u200b[error]x",
}

func TestGitHubFindsNoCommandInWhatComesFromAPod(t *testing.T) {
	exit := int32(1)
	words := strings.Repeat("word ", 17) + "::error::at the start of a wrapped line "
	evidence := &release.Evidence{
		Pod: "web-1", Container: "web", Reason: "CrashLoopBackOff", ExitCode: &exit, Logs: hostileLines, Previous: slices.Concat(hostileLines, []string{"x"}),
		Missing: []string{words},
	}
	for _, line := range hostileLines {
		evidence.Events = append(evidence.Events, release.EventLine{Object: "Pod web-1", Reason: "BackOff", Message: line, Count: 1})
	}
	for n := range 40 {
		text := strings.Repeat("x", n) + " " + words
		evidence.Events = append(evidence.Events, release.EventLine{Object: "Pod web-1", Reason: "BackOff", Message: text, Count: 1})
	}
	failed := step(id("Deployment", "web"), planner.Create, applier.Failed)
	failed.Err = &applier.ObjectError{ID: failed.ID, Hint: "::error::hint", Err: &applier.NotReadyError{
		Health: planner.Health{Condition: planner.Failed, Message: strings.Join(hostileLines, "\n")}, Evidence: evidence,
	}}
	result := &applier.Result{Steps: []applier.Step{failed}}
	guarded := func(s view.Screen) view.Screen { s.Guard = view.GitHubGuard; return s }
	err := multierror.Append(nil, failed.Err)
	text := string(shown(t, 100, func(s view.Screen) error { return view.Failure(guarded(s), oneValueChanged(), result, err) }))
	for line := range strings.Lines(text) {
		if found := githubCommand(line); found != "" {
			t.Errorf("command %s in %q", found, line)
		}
	}
	unguarded := string(shown(t, 100, func(s view.Screen) error { return view.Failure(s, oneValueChanged(), result, err) }))
	if !slices.ContainsFunc(strings.Split(unguarded, "\n"), func(line string) bool { return githubCommand(line) != "" }) {
		t.Error("without the guard no line is a command, so this test shows nothing")
	}
	if strings.Count(text, "\n") != strings.Count(unguarded, "\n") || !strings.Contains(text, `│ \::error::x`) && !strings.Contains(text, "│ ::error::x") {
		t.Errorf("the guard takes lines away:\n%s", text)
	}
}

func TestGitHubGuardLeavesOtherLinesAlone(t *testing.T) {
	for _, line := range []string{"", "a::b", "│ ::error::x", "2001:db8::1", "# title", "#[derive(Debug)]", "## [x]", "a: b"} {
		if got := view.GitHubGuard(line); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
	for line, want := range map[string]string{"::1": `\::1`, "  ::error::x": `  \::error::x`, "a ##[error]x": `a #\#[error]x`} {
		if got := view.GitHubGuard(line); got != want {
			t.Errorf("%q became %q, not %q", line, got, want)
		}
	}
}

func TestGitHubFindsNoCommandInJSON(t *testing.T) {
	for _, line := range hostileLines {
		var out bytes.Buffer
		lines := view.NewJSONLines(&out, noonClock)
		lines.Diagnostics([]view.Finding{{Severity: view.SeverityError, Summary: line}})
		if found := githubCommand(out.String()); found != "" {
			t.Errorf("command %s in %s", found, out.String())
		}
		var read struct{ Summary string }
		if err := json.Unmarshal(out.Bytes(), &read); err != nil || read.Summary != line {
			t.Errorf("%q is read as %q: %v", line, read.Summary, err)
		}
	}
}

func TestGitHubAnnotationsAreEscaped(t *testing.T) {
	var out bytes.Buffer
	deployment := id("Deployment", "web")
	place := &view.SourceRange{File: "a,b:c%.hcl", Start: view.SourcePos{Line: 3, Column: 5}, End: view.SourcePos{Line: 9, Column: 1}}
	findings := []view.Finding{
		{Severity: view.SeverityError, Summary: "100%: a, b\nand c", Detail: "one\r\ntwo: 50%, \x1b[2Jthree", Hint: "try", Range: place},
		{Severity: view.SeverityWarning, Summary: "all in one", Object: &deployment},
		{Severity: view.SeverityError, Summary: "::error::x"},
		{Severity: view.SeverityError, Summary: "a file alone", Range: &view.SourceRange{File: "x.hcl"}},
	}
	if err := view.GitHubAnnotations(&out, findings, func(file string) string { return "deploy/" + file }); err != nil {
		t.Fatal(err)
	}
	want := `::error file=deploy/a%2Cb%3Ac%25.hcl,line=3,col=5,title=100%25%3A a%2C b and c::one%0Atwo: 50%25, \x1b[2Jthree%0Ahint: try
::warning title=Deployment web::all in one
::error::::error::x
::error file=deploy/x.hcl::a file alone
`
	if got := out.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	for line := range strings.Lines(out.String()) {
		if found := githubCommand(line); found != "error" && found != "warning" {
			t.Errorf("GitHub reads %q as the command %q", line, found)
		}
	}
}

// folding returns a screen that marks its parts.
func folding(s view.Screen) view.Screen {
	s.Fold = func(title string, lines int) (string, func() string) {
		return fmt.Sprintf("<%s, %d lines>\n", title, lines), func() string { return "</>\n" }
	}
	return s
}

func TestPartsOfTheOutputCanBeFolded(t *testing.T) {
	plan := string(shown(t, 100, func(s view.Screen) error {
		return view.Plan(folding(s), view.Planned{Plan: oneValueChanged(), Target: target})
	}))
	lines := strings.Split(strings.TrimSuffix(plan, "\n"), "\n")
	title := regexp.MustCompile(`^<Release petclinic, revision 3 -> 4\. Plan: 1 to create, 1 to change, .* unchanged\., (\d+) lines>$`)
	if m := title.FindStringSubmatch(lines[0]); m == nil || m[1] != fmt.Sprint(len(lines)-2) || lines[len(lines)-1] != "</>" {
		t.Errorf("the plan is\n%s", plan)
	}
	run := string(shown(t, 100, func(s view.Screen) error {
		progress := view.NewProgress(folding(s), oneValueChanged())
		rollout(progress.Event)
		return progress.Close()
	}))
	if !strings.HasPrefix(run, "<Apply of petclinic, 0 lines>\n") || !strings.HasSuffix(run, "\n</>\n") {
		t.Errorf("the progress is\n%s", run)
	}
}

func TestGitHubGroupsAndGitLabSections(t *testing.T) {
	begin, end := view.GitHubGroup("100%\n::error::x")
	if begin != "::group::100%25\\x0a::error::x\n" || end != "::endgroup::\n" {
		t.Errorf("got %q and %q", begin, end)
	}
	now := noonClock()
	begin, finish := view.GitLabSection("stowage_1_1", "Plan\x1b", true, now)
	want := fmt.Sprintf("\x1b[0Ksection_start:%d:stowage_1_1[collapsed=true]\r\x1b[0KPlan\\x1b\n", now.Unix())
	if begin != want {
		t.Errorf("got %q, want %q", begin, want)
	}
	if got, want := finish(now), fmt.Sprintf("\x1b[0Ksection_end:%d:stowage_1_1\r\x1b[0K\n", now.Unix()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if begin, _ := view.GitLabSection("a", "b", false, now); strings.Contains(begin, "collapsed") {
		t.Errorf("%q is folded", begin)
	}
}
