package importer

import (
	"fmt"
	"strings"
	"unicode"
)

// isLong reports whether text is better kept in a file of its own.
func isLong(s string) bool {
	const (
		manyLines = 30
		longText  = 2000
		longLine  = 300
	)
	lines := strings.Count(s, "\n")
	if lines > manyLines || len(s) > longText || lines == 0 && len(s) > longLine {
		return true
	}
	// What a literal says in escapes that nobody reads, such as line ends of Windows.
	return lines > 1 && strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
}

// dataFiles are the contents of ConfigMaps that are in files of their own.
type dataFiles struct {
	names map[dataKey]string
	taken map[string]bool // names in lower case: not all file systems tell the cases apart
	used  []File          // in what has been written
}

func newDataFiles() dataFiles {
	return dataFiles{names: map[dataKey]string{}, taken: map[string]bool{}}
}

// fileValue returns a call that reads what is under a key from a file, which becomes a part
// of the configuration.
func (m *maker) fileValue(function string, p *part, d datum) raw {
	name := m.contents.name(p, d.key)
	m.contents.used = append(m.contents.used, File{Name: name, Mode: openMode, Content: d.content})
	return raw(function + "(" + quoted(name) + ")")
}

// name returns the name of a file for a key, the same each time.
func (f *dataFiles) name(p *part, key string) string {
	id := dataKey{p.main(), key}
	if name, known := f.names[id]; known {
		return name
	}
	name := fmt.Sprintf("files/%s/%s", p.label, key)
	for i := 2; f.taken[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("files/%s-%d/%s", p.label, i, key)
	}
	f.taken[strings.ToLower(name)] = true
	f.names[id] = name
	return name
}
