package main

import (
	"path/filepath"
	"strings"

	"stowage/cmd/stowage/view"
	"stowage/internal/importer"
	"stowage/planner"
)

// report returns what is told of an import.
func (o *importOptions) report(from *importSource, result *importer.Result, dir string) view.Import {
	report := view.Import{
		Release: result.Release, Namespace: result.Namespace, Dir: dir, Written: result.Objects > 0 && (!o.check || o.dir != ""), Adopt: o.fromCluster,
		Objects: result.Objects, Left: from.left, Unread: from.unread, Notes: from.notes, Diagnostics: findingsOfImport(from.problems, result.Left),
	}
	for _, f := range result.Files {
		report.Files = append(report.Files, filepath.Join(dir, filepath.FromSlash(f.Name)))
	}
	for _, r := range result.Renamed {
		report.Renamed = append(report.Renamed, view.ImportRenamed(r))
	}
	for _, r := range result.Relabelled {
		report.Relabelled = append(report.Relabelled, relabelled(r))
	}
	for _, n := range result.Notes {
		report.Notes = append(report.Notes, noteOf(n))
	}
	for _, d := range result.Differences {
		report.Differences = append(report.Differences, from.difference(d))
	}
	if report.Written {
		report.Next = o.next(dir, from.owned)
	}
	return report
}

// noteOf returns a remark, which may be about more than one object.
func noteOf(n importer.Note) view.ImportNote {
	note := view.ImportNote{File: n.File, Line: n.Line, Text: n.Text}
	if n.ID != (planner.ObjectID{}) {
		note.ID = &n.ID
	}
	return note
}

// relabelled tells how labels change.
func relabelled(r importer.Relabelled) view.ImportRelabelled {
	op := planner.Update
	switch {
	case r.From == "":
		op = planner.Create
	case r.To == "":
		op = planner.Delete
	}
	return view.ImportRelabelled{Label: r.Label, Op: op, From: r.From, To: r.To, Of: r.IDs}
}

// difference tells where a field is that differs, and the values unless they are those of a
// Secret.
func (s *importSource) difference(d importer.Difference) view.ImportDifference {
	shown := view.ImportDifference{ID: d.ID, File: d.File, Line: d.Line, Path: d.Field, Want: d.Want, Got: d.Got}
	for _, document := range s.documents {
		if place, ok := document.Places[d.Path]; ok && document.File == d.File && document.Line == d.Line {
			shown.Line = place.Line
		}
	}
	if d.ID.IsSecret() && !strings.HasPrefix(d.Path, "metadata.labels") && d.Path != "type" {
		shown.Want, shown.Got, shown.Masked = nil, nil, true
	}
	return shown
}

// next returns what makes sense to do with the configuration.
func (o *importOptions) next(dir string, owned bool) []view.ImportCommand {
	at := " " + shellWord(dir) + o.clusterArguments()
	if o.fromCluster {
		if owned {
			at += " --take-ownership"
		}
		return []view.ImportCommand{
			{Command: "stowage plan" + at, About: "see that nothing changes but whose the objects are"},
			{Command: "stowage apply" + at, About: "take them over, without a restart"},
		}
	}
	return []view.ImportCommand{
		{Command: "stowage plan" + at, About: "see what there is to do"},
		{Command: "stowage plan" + at + " --adopt", About: "the same, where the objects run already"},
	}
}

// clusterArguments returns the flags that name the same cluster for another command, with a
// space before them.
func (o *importOptions) clusterArguments() string {
	var flags []string
	for _, flag := range [][2]string{{"--kubeconfig", o.cluster.kubeconfig}, {"--context", o.cluster.context}} {
		if flag[1] != "" {
			flags = append(flags, flag[0], shellWord(flag[1]))
		}
	}
	if o.cluster.local {
		flags = append(flags, "--local")
	}
	if len(flags) == 0 {
		return ""
	}
	return " " + strings.Join(flags, " ")
}
