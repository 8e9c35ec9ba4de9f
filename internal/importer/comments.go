package importer

import (
	"slices"
	"strings"

	"stowage/internal/manifest"
)

// spot is where a comment can stand: beside what is made from a field of an object.
type spot struct {
	from *object
	path string
}

// remarks are the comments of some objects, at the spots that are written.
type remarks map[spot]manifest.Comment

// remarksOn finds a spot in a block for every comment of the objects that it stands for:
// that of its field, or else that of the nearest field around it. So none is lost when a
// field has no words of its own.
func remarksOn(b *block, objects []*object) remarks {
	spots := map[spot]bool{}
	b.eachSpot(func(s spot) { spots[s] = true })
	r := remarks{}
	for _, o := range objects {
		for _, path := range o.commented() {
			r.add(b, spots, o, path)
		}
	}
	return r
}

// add puts one comment where it belongs.
func (r remarks) add(b *block, spots map[spot]bool, o *object, path string) {
	comment := o.Comments[path]
	to, exact := spot{o, path}, true
	for !spots[to] && to.path != "" {
		to.path, exact = around(to.path), false
	}
	if !spots[to] {
		to, exact = b.spot(), o == b.from
	}
	there := r[to]
	if !exact { // what stands behind a value stays behind what it is written in
		comment = manifest.Comment{Head: append(slices.Clip(comment.Head), comment.Foot...), Line: comment.Line}
	}
	there.Head = apartLines(there.Head, comment.Head)
	there.Foot = apartLines(there.Foot, comment.Foot)
	if there.Line == "" {
		there.Line = comment.Line
	} else if comment.Line != "" {
		there.Head = append(there.Head, comment.Line)
	}
	r[to] = there
}

// spot is where comments on the whole block are.
func (b *block) spot() spot { return spot{b.from, b.path} }

// commented returns the paths of an object's comments in the order in which they are read.
func (o *object) commented() []string {
	paths := sortedKeys(o.Comments)
	slices.SortStableFunc(paths, func(a, b string) int {
		if a == "" || b == "" {
			return len(a) - len(b)
		}
		return before(o.Places[a], o.Places[b])
	})
	return paths
}

// around returns the path of what a field is in.
func around(path string) string {
	cut := strings.LastIndexAny(path, ".[")
	if cut < 0 {
		return ""
	}
	return path[:cut]
}

// eachSpot calls f with all spots of a block.
func (b *block) eachSpot(f func(spot)) {
	f(b.spot())
	for _, it := range b.items {
		switch it := it.(type) {
		case attr:
			it.eachSpot(b.from, f)
		case *block:
			it.eachSpot(f)
		}
	}
}

func (a attr) eachSpot(from *object, f func(spot)) {
	if s, ok := a.spot(from); ok {
		f(s)
	}
	for _, inner := range a.inside() {
		inner.eachSpot(a.origin(from), f)
	}
}

// spot is where comments on the argument are, if it is made from a field.
func (a attr) spot(from *object) (spot, bool) {
	return spot{a.origin(from), a.path}, a.path != ""
}

func (a attr) origin(from *object) *object {
	if a.from != nil {
		return a.from
	}
	return from
}

// inside returns the fields of an object, or the items of a list, that a value is.
func (a attr) inside() []attr {
	switch v := a.value.(type) {
	case fields:
		return v
	case items:
		return v
	}
	return nil
}

// within reports whether a value has comments inside, so that it takes several lines.
func (r remarks) within(from *object, a attr) bool {
	from = a.origin(from)
	return slices.ContainsFunc(a.inside(), func(inner attr) bool {
		s, ok := inner.spot(from)
		_, has := r[s]
		return ok && has || r.within(from, inner)
	})
}

// take returns the comment of a spot, which is written once.
func (r remarks) take(s spot) manifest.Comment {
	comment := r[s]
	delete(r, s)
	return comment
}

// linesOf returns all lines of a comment.
func linesOf(c manifest.Comment) []string {
	lines := slices.Clone(c.Head)
	if c.Line != "" {
		lines = append(lines, c.Line)
	}
	return append(lines, c.Foot...)
}

// apartLines adds lines of a comment to others, after an empty line where both have some
// and one of them has more than one.
func apartLines(lines, more []string) []string {
	if len(lines) == 0 || len(more) == 0 {
		return append(slices.Clip(lines), more...)
	}
	if len(lines) > 1 || len(more) > 1 {
		lines = append(slices.Clip(lines), "")
	}
	return append(slices.Clip(lines), more...)
}
