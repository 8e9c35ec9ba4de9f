package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

// github is the step of GitHub Actions that a command runs in. The methods do nothing
// when there is none.
//
// Annotations go to the error stream: GitHub reads both streams for them, and the
// output, which may be JSON or a file, stays as it is everywhere else.
type github struct {
	err       io.Writer
	workspace string // directory that the repository is checked out in; empty: not known
	summary   string // file that is shown with the run; empty: there is none
}

// summaryLimit is how much GitHub takes for the summary of one step; it refuses all of
// a longer one.
const summaryLimit = 1 << 20

// foldedLines is how long a part of the output is before it is folded.
const foldedLines = 40

func joinGitHub(s *streams, v variables) {
	s.github = &github{err: s.err.Out, workspace: v["GITHUB_WORKSPACE"], summary: v["GITHUB_STEP_SUMMARY"]}
	s.out.Guard, s.err.Guard = view.GitHubGuard, view.GitHubGuard
	if isRegular(s.out.Out) { // not what GitHub reads
		return
	}
	s.out.Fold = func(title string, lines int) (string, func() string) {
		begin, end := "", ""
		if lines > foldedLines {
			begin, end = view.GitHubGroup(title)
		}
		return begin, func() string { return end }
	}
}

// isRegular reports whether output goes to a file.
func isRegular(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// annotate shows findings at their places in the files.
func (g *github) annotate(findings []view.Finding) {
	if g != nil {
		_ = view.GitHubAnnotations(g.err, findings, g.inWorkspace) // there is nobody to tell
	}
}

// warn annotates the warnings of a plan.
func (g *github) warn(plan view.Planned, sources view.Sources) {
	if g != nil {
		g.annotate(view.WarningFindings(plan.Warnings, sources))
	}
}

// planned reports a plan that is not carried out now.
func (g *github) planned(plan view.Planned) {
	g.warn(plan, nil)
	g.report(func(w io.Writer) error { return view.Markdown(w, plan) })
}

// failed annotates the error that a command ended with, and reports it unless the run
// has been reported.
func (g *github) failed(ctx context.Context, command *cobra.Command, err error) {
	findings := findingsOf(ctx, err)
	if g == nil || len(findings) == 0 {
		return
	}
	g.annotate(findings)
	if run := (*runError)(nil); errors.As(err, &run) || !slices.Contains(reported, command.Name()) {
		return
	}
	g.report(func(w io.Writer) error {
		return view.FindingsReport(w, fmt.Sprintf("%s failed.", command.CommandPath()), g.placed(findings))
	})
}

// reported are the commands whose errors belong to the summary of a step. Others ask
// something, and what the answer means is known to who asks.
var reported = []string{"plan", "apply", "switch", "rollback", "destroy", "validate"}

// placed returns findings with files as they are reached from the repository.
func (g *github) placed(findings []view.Finding) []view.Finding {
	placed := make([]view.Finding, len(findings))
	for i, f := range findings {
		if f.Range != nil {
			at := *f.Range
			at.File = g.inWorkspace(at.File)
			f.Range = &at
		}
		placed[i] = f
	}
	return placed
}

// inWorkspace returns a file as it is reached from the repository's directory; as it was
// where it is not in there.
func (g *github) inWorkspace(file string) string {
	if g.workspace == "" {
		return file
	}
	workspace, err := filepath.EvalSymlinks(g.workspace)
	if err != nil {
		return file
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		full = real
	}
	inside, err := filepath.Rel(workspace, full)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return file
	}
	return filepath.ToSlash(inside)
}

// report adds text to the step's summary. What is done is done, so nothing that goes
// wrong with that is more than a warning.
func (g *github) report(write func(io.Writer) error) {
	if g == nil || g.summary == "" {
		return
	}
	var text bytes.Buffer
	err := write(&text)
	if err == nil {
		err = appendSummary(g.summary, append(bytes.TrimRight(text.Bytes(), "\n"), '\n'))
	}
	if err != nil {
		g.annotate([]view.Finding{{Severity: view.SeverityWarning, Summary: "The summary of the step is not complete", Detail: err.Error()}})
	}
}

// appendSummary adds text to a file, as a part of its own, where it still fits.
func appendSummary(name string, text []byte) (err error) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 {
		text = append([]byte("\n"), text...)
	}
	if info.Size()+int64(len(text)) > summaryLimit {
		return fmt.Errorf("a step has room for %d bytes, and %d more do not fit behind the %d there are", summaryLimit, len(text), info.Size())
	}
	_, err = file.Write(text)
	return err
}
