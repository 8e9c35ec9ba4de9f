package manifest

import (
	"strconv"
	"strings"
)

// Path returns the path of a field inside another one, as [Comments], [Document.Places] and problems write it:
// spec.replicas, metadata.annotations[example.com/team]. It is the form that fields have in a configuration's own
// diagnostics.
func Path(parent, field string) string {
	switch {
	case strings.ContainsAny(field, "./[] "):
		return parent + "[" + field + "]"
	case parent == "":
		return field
	}
	return parent + "." + field
}

// IndexPath returns the path of an item of the list at parent: spec.ports[0].
func IndexPath(parent string, index int) string {
	return parent + "[" + strconv.Itoa(index) + "]"
}

// parentPath returns the path of what a field or an item is in.
func parentPath(path string) string {
	if strings.HasSuffix(path, "]") {
		return path[:strings.LastIndexByte(path, '[')]
	}
	return path[:max(strings.LastIndexByte(path, '.'), 0)]
}
