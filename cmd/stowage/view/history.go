package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"stowage/internal/release"
	"stowage/planner"
)

// History is the list of a release's revisions.
type History struct {
	Target    Target            `json:"target"`
	Release   string            `json:"release"`
	Revisions []release.Summary `json:"revisions"` // newest first
	Warnings  []planner.Warning `json:"warnings,omitempty"`
}

// HistoryJSON writes the revisions of a release for programs.
func HistoryJSON(w io.Writer, history History) error {
	if history.Revisions == nil {
		history.Revisions = []release.Summary{}
	}
	return writeJSON(w, historyDocument{FormatVersion, history})
}

// historyDocument is the list of a release's revisions.
type historyDocument struct {
	FormatVersion string `json:"formatVersion"`
	History
}

// ShowHistory shows the revisions of a release as a table.
func ShowHistory(s Screen, history History) error {
	p := newPage(s)
	p.header("Release "+history.Release, history.Target)
	if len(history.Revisions) == 0 {
		p.warnings(history.Warnings)
		p.line(span{history.Release + " has no revisions: it was never applied, or it was destroyed.", bold})
		return p.flush(s)
	}
	p.historyTable(history.Revisions)
	if len(history.Warnings) > 0 {
		p.blank()
		p.warnings(history.Warnings)
	}
	return p.flush(s)
}

// historyRow is a revision as the table shows it. Apps and changes are words
// that a line is not broken within.
type historyRow struct {
	fixed   [5]string // revision, status, when, who, commit
	apps    []string
	changes []string
	status  release.Status
}

// historyGap is the space between two columns of the table.
const historyGap = 2

// leastText is the width, in columns, below which the two columns of text move
// to a line of their own.
const leastText = 20

// historyTable adds a row for each revision. What no revision has is left out.
// Apps and changes stand beside the rest where there is room, and under it where
// not.
func (p *page) historyTable(revisions []release.Summary) {
	rows := []historyRow{{fixed: [5]string{"REVISION", "STATUS", "STARTED", "WHO", "COMMIT"}}}
	for i := range revisions {
		row := historyRowOf(&revisions[i])
		if len(row.apps) > 0 {
			rows[0].apps = []string{"APPS"}
		}
		if len(row.changes) > 0 {
			rows[0].changes = []string{"CHANGES"}
		}
		rows = append(rows, row)
	}
	widths, left := historyWidths(rows)
	apps := appsWidth(rows, p.width-left)
	for _, row := range rows {
		spans := make([]span, len(widths))
		for column, width := range widths {
			spans[column] = txt(pad(row.fixed[column], width))
		}
		spans[1].style = recordStyle(row.status)
		if p.width-left-apps >= leastText {
			p.cells(spans, left, apps, row)
			continue
		}
		p.line(spans...)
		for i, line := range fill(row.words(), p.width-widths[0], p.width-widths[0]-historyGap) {
			p.line(txt(spaces(widths[0]+min(i, 1)*historyGap) + line))
		}
	}
}

// appsWidth returns the width of the apps' column: half the room, unless they
// need less, or one of them needs more.
func appsWidth(rows []historyRow, room int) int {
	longest, all := 0, 0
	for _, row := range rows {
		all = max(all, columns(strings.Join(row.apps, " ")))
		for _, app := range row.apps {
			longest = max(longest, columns(app))
		}
	}
	if all == 0 {
		return 0
	}
	return max(longest+historyGap, min(all+historyGap, room/2))
}

// historyWidths returns the widths of the columns before the texts, and what they
// take together.
func historyWidths(rows []historyRow) (widths [5]int, left int) {
	for column := range widths {
		for _, row := range rows[1:] {
			widths[column] = max(widths[column], columns(row.fixed[column]))
		}
		if widths[column] == 0 {
			rows[0].fixed[column] = ""
			continue
		}
		widths[column] = max(widths[column], columns(rows[0].fixed[column])) + historyGap
		left += widths[column]
	}
	return widths, left
}

func recordStyle(status release.Status) style {
	switch status {
	case "":
		return plain
	case release.Deployed:
		return green
	case release.Failed:
		return red
	case release.Superseded:
		return dim
	default:
		return yellow
	}
}

// words are what stands on a row's second line.
func (row historyRow) words() []string {
	words := slices.Clone(row.apps)
	if len(words) > 0 && len(row.changes) > 0 {
		words[len(words)-1] += ";"
	}
	return append(words, row.changes...)
}

// cells adds a line of which the last two texts are wrapped, each in its column.
func (p *page) cells(head []span, left, apps int, row historyRow) {
	a := fill(row.apps, apps-historyGap, apps-historyGap)
	b := fill(row.changes, p.width-left-apps, p.width-left-apps)
	for i := range max(len(a), len(b), 1) {
		if i > 0 {
			head = []span{txt(spaces(left))}
		}
		p.line(append(head, txt(pad(at(a, i), apps)), txt(at(b, i)))...)
	}
}

// at returns the i-th line, or none.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func historyRowOf(s *release.Summary) historyRow {
	commit := s.Commit[:min(shortCommit, len(s.Commit))]
	if s.Dirty && commit != "" {
		commit += "-dirty"
	}
	return historyRow{
		fixed: [5]string{fmt.Sprint(s.Revision), string(s.Status), moment(s.Started), s.Who, commit},
		apps:  listed(appNames(s.Apps)), changes: changesOf(s), status: s.Status,
	}
}

// shortCommit is how many characters of a commit a table shows, as git does.
const shortCommit = 7

// appNames returns "mysql 5.7" and "petclinic 1.0.2".
func appNames(apps []release.App) []string {
	names := make([]string, len(apps))
	for i, app := range apps {
		names[i] = strings.TrimSpace(app.Name + " " + app.Version)
	}
	return names
}

// listed returns the names with a comma behind each but the last.
func listed(names []string) []string {
	list := slices.Clone(names)
	for i := range len(list) - 1 {
		list[i] += ","
	}
	return list
}

// changesOf returns what a revision was to change, with the signs that plans
// have: "back to 9:", "+1 ~2", "in petclinic"; or "switch back", "petclinic:", "~2".
func changesOf(s *release.Summary) []string {
	var words, counts []string
	for _, count := range []struct {
		action planner.Action
		n      int
	}{
		{planner.Adopt, s.Changed.Adopted},
		{planner.Create, s.Changed.Created},
		{planner.Update, s.Changed.Updated},
		{planner.Replace, s.Changed.Replaced},
		{planner.Delete, s.Changed.Deleted},
	} {
		if count.n > 0 {
			counts = append(counts, fmt.Sprintf("%s%d", mark(count.action).text, count.n))
		}
	}
	switch {
	case s.RollbackTo > 0:
		words = append(words, fmt.Sprintf("back to %d", s.RollbackTo))
	case s.Switch != "":
		words = append([]string{switchVerb(planner.Operation(s.Switch))}, listed(s.SwitchApps)...)
	}
	if len(words) > 0 && len(counts) > 0 {
		words[len(words)-1] += ":"
	}
	if len(counts) > 0 {
		words = append(words, strings.Join(counts, " "))
	}
	if len(s.Changed.Apps) > 0 && s.Switch == "" {
		apps := listed(s.Changed.Apps)
		apps[0] = "in " + apps[0]
		words = append(words, apps...)
	}
	return words
}
