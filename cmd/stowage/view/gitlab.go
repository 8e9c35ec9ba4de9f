package view

import (
	"fmt"
	"time"
)

// GitLabSection returns what a job's log on GitLab has before and after lines that can be
// folded behind a title. The name holds letters, digits and underscores, and is that of
// no other section of the job. The end is told when it has come.
func GitLabSection(name, title string, folded bool, now time.Time) (begin string, end func(now time.Time) string) {
	options := ""
	if folded {
		options = "[collapsed=true]"
	}
	begin = fmt.Sprintf("\x1b[0Ksection_start:%d:%s%s\r\x1b[0K%s\n", now.Unix(), name, options, printable(title))
	return begin, func(now time.Time) string {
		return fmt.Sprintf("\x1b[0Ksection_end:%d:%s\r\x1b[0K\n", now.Unix(), name)
	}
}
