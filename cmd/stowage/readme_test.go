package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// told README FILES... fails when a session in the README, that is a block of
// code for the console, shows a line which is in none of the files that the
// commands' output was normalised to. What differs by where the script runs does
// not count: the namespace, how the cluster is reached, and white space.
func told(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: told README FILE...")
	}
	said := map[string]bool{"...": true}
	for _, file := range args[1:] {
		for line := range strings.Lines(ts.ReadFile(file)) {
			said[essence(line)] = true
		}
	}
	shown := 0
	for _, line := range consoleLines(ts.ReadFile(args[0])) {
		if strings.Contains(line, "context stowage-") {
			continue // of one line or of three, as the namespace is long
		}
		shown++
		if !said[essence(line)] {
			ts.Logf("%s shows %q", args[0], line)
			defer ts.Fatalf("the README shows what no command has said")
		}
	}
	if shown == 0 {
		ts.Fatalf("%s shows no session", args[0])
	}
}

// consoleLines returns what commands have written in the console blocks of a page.
func consoleLines(page string) []string {
	var lines []string
	inside := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && line != "" && !strings.HasPrefix(line, "$ "):
			lines = append(lines, line)
		}
	}
	return lines
}

// essence returns a line of output without what differs by where it was written.
func essence(line string) string {
	line = normalText(line)
	for _, place := range []string{" --local", " -n NAMESPACE"} {
		line = strings.ReplaceAll(line, place, "")
	}
	line = strings.ReplaceAll(line, "Namespace petclinic", "Namespace NAMESPACE")
	line = strings.ReplaceAll(line, "31080", "NODEPORT") // as the examples have it
	return strings.Join(strings.Fields(line), " ")
}
