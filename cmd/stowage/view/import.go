package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"stowage/planner"
)

// Import tells what became of objects that were imported. No text of it holds a value of a
// Secret.
type Import struct {
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Dir is where the configuration was written to, or would have been.
	Dir         string             `json:"dir"`
	Written     bool               `json:"written"`          // the files are there; not so with --check alone
	Adopt       bool               `json:"adopt"`            // the configuration says that it takes over what exists
	Objects     int                `json:"objectCount"`      // how many objects were imported
	Files       []string           `json:"files"`            // of the configuration, in the order of their names
	Others      []string           `json:"others,omitempty"` // further files of the directory, which are a part of the configuration
	Renamed     []ImportRenamed    `json:"renamed"`          // objects that get another name
	Relabelled  []ImportRelabelled `json:"relabelled"`       // labels that change
	Notes       []ImportNote       `json:"notes"`            // what somebody should look at before applying
	Left        []ImportLeft       `json:"left"`             // objects of the cluster that belong in no configuration, by reason
	Unread      []ImportUnread     `json:"unread"`           // what of the cluster could not be read, and so is not imported
	Differences []ImportDifference `json:"differences"`      // what the configuration does not say as the source does
	Diagnostics []Finding          `json:"diagnostics"`      // what could not be imported
	Next        []ImportCommand    `json:"next"`             // what to do now
}

// ImportRenamed is an object that gets another name.
type ImportRenamed struct {
	ID planner.ObjectID `json:"id"`
	// To is the name after. One that ends in a star is followed by a version.
	To string `json:"to"`
}

// ImportRelabelled is a label of objects that changes.
type ImportRelabelled struct {
	// Label is its key.
	Label string         `json:"label"`
	Op    planner.Action `json:"op"`             // create, update or delete
	From  string         `json:"from,omitempty"` // left out: they have not had it
	To    string         `json:"to,omitempty"`   // left out: they lose it
	// Of are the objects.
	Of []planner.ObjectID `json:"of"`
}

// ImportNote is a remark.
type ImportNote struct {
	ID   *planner.ObjectID `json:"id,omitempty"`   // left out: it is about several objects
	File string            `json:"file,omitempty"` // left out: it is from a cluster
	Line int               `json:"line,omitempty"`
	Text string            `json:"text"` // a sentence, without the object that is its subject
}

// ImportLeft are objects that were not looked for in a configuration.
type ImportLeft struct {
	Reason string `json:"reason"`
	// Of are the objects.
	Of []planner.ObjectID `json:"of"`
}

// ImportUnread are objects of a cluster that could not be read.
type ImportUnread struct {
	Group  string `json:"group,omitempty"`
	Kind   string `json:"kind"`           // a star: all kinds of the group
	Name   string `json:"name,omitempty"` // left out: all of the kind
	Reason string `json:"reason"`
}

// ImportDifference is a field that is not in the configuration as it is in the source.
type ImportDifference struct {
	ID     planner.ObjectID `json:"id"`
	File   string           `json:"file,omitempty"` // left out: it is from a cluster
	Line   int              `json:"line,omitempty"`
	Path   string           `json:"path"`
	Want   any              `json:"want,omitempty"`   // value in the source; left out: there is none
	Got    any              `json:"got,omitempty"`    // value that the configuration gives it; left out: none
	Masked bool             `json:"masked,omitempty"` // the values are sensitive, and left out
}

// ImportCommand is a command that makes sense next.
type ImportCommand struct {
	Command string `json:"command"`
	About   string `json:"about"` // what it does, in words
}

// importDocument tells what became of objects that were imported.
type importDocument struct {
	FormatVersion string `json:"formatVersion"`
	Import
}

// ImportJSON writes for programs what was imported.
func ImportJSON(w io.Writer, i Import) error {
	i.Files, i.Renamed, i.Relabelled, i.Notes = orEmpty(i.Files), orEmpty(i.Renamed), orEmpty(i.Relabelled), orEmpty(i.Notes)
	i.Left, i.Unread, i.Differences, i.Diagnostics, i.Next = orEmpty(i.Left), orEmpty(i.Unread), orEmpty(i.Differences), orEmpty(i.Diagnostics), orEmpty(i.Next)
	return writeJSON(w, importDocument{FormatVersion, i})
}

// mostShown is how many lines of a kind are shown to people.
const mostShown = 12

// ShowImport shows people what was imported.
func ShowImport(s Screen, i Import, keepsNames, checked bool) error {
	p := newPage(s)
	p.imported(i)
	p.renamed(i.Renamed, keepsNames)
	p.relabelled(i.Relabelled)
	p.notes(i.Notes)
	p.left(i.Left)
	p.unread(i.Unread)
	p.differences(i.Differences)
	if checked && i.Objects > 0 && len(i.Differences) == 0 {
		p.blank()
		p.para(txt(""), 0, bold, checkedText(i))
	}
	if len(i.Next) > 0 {
		var commands [][2]string
		for _, c := range i.Next {
			commands = append(commands, [2]string{c.Command, c.About})
		}
		p.next(commands)
	}
	return p.flush(s)
}

// imported says how much was imported, and which files there are now.
func (p *page) imported(i Import) {
	what := fmt.Sprintf("%s, as release %s of namespace %s", plural(i.Objects, "object"), i.Release, i.Namespace)
	errors := plural(len(i.Diagnostics), "error")
	switch {
	case i.Objects == 0:
		p.para(txt(""), 0, bold, fmt.Sprintf("Nothing was imported: %s above.", errors))
		return
	case !i.Written:
		p.para(txt(""), 0, bold, fmt.Sprintf("Looked at %s: nothing was written.", what))
	default:
		p.para(txt(""), 0, bold, fmt.Sprintf("Imported %s:", what))
		p.some(len(i.Files), func(n int) { p.line(txt("  " + i.Files[n])) })
	}
	if len(i.Diagnostics) > 0 {
		p.para(span{"! ", yellow}, 2, plain, fmt.Sprintf("Some of it was not imported: %s above.", errors))
	}
	if len(i.Others) > 0 {
		p.para(span{"! ", yellow}, 2, plain, fmt.Sprintf("%s has other files too, which belong to the configuration as well: %s", i.Dir, strings.Join(i.Others, ", ")))
	}
}

// some adds the first lines of a list, and how many more there are.
func (p *page) some(count int, add func(n int)) {
	for n := range min(count, mostShown) {
		add(n)
	}
	if more := count - mostShown; more > 0 {
		p.line(span{fmt.Sprintf("  and %d more, which -o json lists", more), dim})
	}
}

// part begins a part of the page.
func (p *page) part(title string) {
	p.blank()
	p.para(txt(""), 0, bold, title)
}

func (p *page) renamed(renamed []ImportRenamed, keepsNames bool) {
	if len(renamed) == 0 {
		return
	}
	p.part("Renamed, so that each content is an object of its own:")
	p.some(len(renamed), func(n int) { p.line(txt(fmt.Sprintf("  %s -> %s", renamed[n].ID, renamed[n].To))) })
	if !keepsNames {
		p.line(span{"  --keep-names leaves ConfigMaps and Secrets their names.", dim})
	}
}

func (p *page) relabelled(relabelled []ImportRelabelled) {
	if len(relabelled) == 0 {
		return
	}
	p.part("Relabelled:")
	p.some(len(relabelled), func(n int) {
		r := relabelled[n]
		change := map[planner.Action]string{planner.Create: r.To, planner.Delete: r.From}[r.Op]
		if change == "" {
			change = r.From + " -> " + r.To
		}
		head := span{"  " + mark(r.Op).text + " ", mark(r.Op).style}
		p.para(head, 6, plain, fmt.Sprintf("%s: %s, of %s", r.Label, change, idsText(r.Of)))
	})
}

func (p *page) notes(notes []ImportNote) {
	if len(notes) == 0 {
		return
	}
	p.part("To look at:")
	p.some(len(notes), func(n int) {
		note, subject := notes[n], ""
		if note.ID != nil {
			subject = note.ID.String() + " "
		}
		p.para(txt("  "), 6, plain, importPlace(note.File, note.Line)+subject+note.Text)
	})
}

func (p *page) left(left []ImportLeft) {
	if len(left) == 0 {
		return
	}
	p.part("Left out, as it belongs in no configuration:")
	p.some(len(left), func(n int) { p.para(txt("  "), 6, plain, left[n].String()) })
}

// String names the objects and says why they are left out.
func (l ImportLeft) String() string { return idsText(l.Of) + ": " + l.Reason }

func (p *page) unread(unread []ImportUnread) {
	if len(unread) == 0 {
		return
	}
	p.part("Not imported, as it could not be read:")
	for line := range strings.Lines(UnreadText(unread)) {
		p.para(txt("  "), 6, plain, line)
	}
}

// UnreadText tells what could not be read, with a line for each reason.
func UnreadText(unread []ImportUnread) string {
	var reasons []string
	of := map[string][]string{}
	for _, u := range unread {
		what := u.Kind
		switch {
		case u.Kind == "*":
			what = "all of " + u.Group
		case u.Name != "":
			what += " " + u.Name
		}
		if of[u.Reason] == nil {
			reasons = append(reasons, u.Reason)
		}
		of[u.Reason] = append(of[u.Reason], what)
	}
	lines := make([]string, len(reasons))
	for i, reason := range reasons {
		lines[i] = strings.Join(of[reason], ", ") + ": " + reason
	}
	return strings.Join(lines, "\n")
}

func (p *page) differences(differences []ImportDifference) {
	if len(differences) == 0 {
		return
	}
	p.part(plural(len(differences), "difference") + " between what there is and what the configuration says:")
	var last planner.ObjectID
	for _, d := range differences {
		if d.ID != last {
			p.line(txt("  " + importPlace(d.File, d.Line) + d.ID.String()))
			last = d.ID
		}
		op := planner.Update
		if d.Want == nil {
			op = planner.Create
		} else if d.Got == nil {
			op = planner.Delete
		}
		if d.Masked {
			op = planner.Update
		}
		p.fieldDiff(planner.FieldDiff{Path: d.Path, Op: op, Before: d.Want, After: d.Got, Masked: d.Masked})
	}
}

func checkedText(i Import) string {
	but, are := "", " are"
	if i.Objects == 1 {
		are = " is"
	}
	if len(i.Renamed)+len(i.Relabelled) > 0 {
		but = ", but for the names and labels above"
	}
	return plural(i.Objects, "object") + are + " the same, field by field" + but + "."
}

func importPlace(file string, line int) string {
	if file == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", file, line)
}

// idsText names few objects, and of many says how many they are of each kind.
func idsText(ids []planner.ObjectID) string {
	const few = 4
	var texts []string
	if len(ids) <= few {
		for _, id := range ids {
			texts = append(texts, id.String())
		}
		return strings.Join(texts, ", ")
	}
	counts := map[string]int{}
	var kinds []string
	for _, id := range ids {
		if counts[id.Kind]++; counts[id.Kind] == 1 {
			kinds = append(kinds, id.Kind)
		}
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		texts = append(texts, fmt.Sprintf("%s (%d)", kind, counts[kind]))
	}
	return strings.Join(texts, ", ")
}

// ImportProblems shows which documents could not be imported, and why.
func ImportProblems(s Screen, findings []Finding) error {
	p := newPage(s)
	for _, f := range findings {
		at := ""
		if f.Range != nil {
			at = fmt.Sprintf("%s:%d:%d: ", f.Range.File, f.Range.Start.Line, f.Range.Start.Column)
		}
		p.para(span{"Error: ", red}, len("Error: "), plain, at+f.Summary)
		if f.Hint != "" {
			p.para(span{"  hint: ", cyan}, len("  hint: "), plain, f.Hint)
		}
	}
	return p.flush(s)
}
