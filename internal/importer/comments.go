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
	p := placing{block: b, spots: map[spot]bool{}, moved: map[spot]bool{}, remarks: remarks{}}
	b.eachSpot(func(s spot, isBlock bool) {
		if _, known := p.spots[s]; !known {
			p.spots[s] = isBlock
			p.order = append(p.order, s)
		}
	})
	for _, o := range objects {
		for _, path := range o.commented() {
			p.place(o, path)
		}
	}
	return p.remarks
}

// placing finds spots for comments.
type placing struct {
	block *block
	spots map[spot]bool // and whether they are those of blocks
	order []spot        // as they are written
	moved map[spot]bool // those with comments of fields that have none of their own
	remarks
}

// place puts one comment where it belongs.
func (p *placing) place(o *object, path string) {
	to, exact := p.spotFor(o, path)
	comment, there := o.Comments[path], p.remarks[to]
	if comment.Line != "" && !exact && !p.spots[to] && there.Line == "" {
		there.Line, comment.Line = comment.Line, ""
	}
	if comment.Line != "" && (!exact || p.spots[to]) {
		comment.Head, comment.Line = append(slices.Clip(comment.Head), comment.Line), ""
	}
	if !exact && len(comment.Head) > 0 && !p.moved[to] && len(there.Head) > 1 {
		there.Head = append(slices.Clip(there.Head), "")
		p.moved[to] = true
	}
	there.Head = append(slices.Clip(there.Head), comment.Head...)
	if comment.Line != "" {
		if there.Line != "" {
			there.Head = append(there.Head, there.Line)
		}
		there.Line = comment.Line
	}
	there.Foot = append(slices.Clip(there.Foot), comment.Foot...)
	p.remarks[to] = there
}

// spotFor returns the spot for the comment of a field, and whether it is that of the field
// itself.
func (p *placing) spotFor(o *object, path string) (_ spot, exact bool) {
	for at := path; ; at = around(at) {
		if s := (spot{o, at}); p.has(s) {
			return s, at == path
		}
		if at == "" {
			return p.block.spot(), o == p.block.from
		}
		if s, ok := p.inside(o, at); ok {
			return s, false
		}
	}
}

// inside returns the first spot of something in an item of a list.
func (p *placing) inside(o *object, item string) (spot, bool) {
	if strings.HasSuffix(item, "]") {
		for _, s := range p.order {
			if s.from == o && strings.HasPrefix(s.path, item+".") {
				return s, true
			}
		}
	}
	return spot{}, false
}

func (p *placing) has(s spot) bool {
	_, ok := p.spots[s]
	return ok
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
func (b *block) eachSpot(f func(s spot, isBlock bool)) {
	f(b.spot(), true)
	for _, it := range b.items {
		switch it := it.(type) {
		case attr:
			it.eachSpot(b.from, f)
		case *block:
			it.eachSpot(f)
		}
	}
}

func (a attr) eachSpot(from *object, f func(s spot, isBlock bool)) {
	if s, ok := a.spot(from); ok {
		f(s, false)
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
