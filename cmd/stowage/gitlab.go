package main

import (
	"fmt"
	"os"
	"time"

	"stowage/cmd/stowage/view"
)

// joinGitLab makes sections, which can be folded, of the parts of the output.
func joinGitLab(s *streams, _ variables) {
	if isRegular(s.out.Out) { // not the log of the job
		return
	}
	sections := 0
	s.out.Fold = func(title string, lines int) (string, func() string) {
		sections++
		// Several commands of a job write to the same log.
		name := fmt.Sprintf("stowage_%d_%d", os.Getpid(), sections)
		begin, end := view.GitLabSection(name, title, lines > foldedLines, time.Now())
		return begin, func() string { return end(time.Now()) }
	}
}
