package manifest

import (
	"strconv"
	"strings"
)

// Path returns the path of a field inside another one, as [Comments], [Document.Places] and problems write it: spec.replicas, metadata.annotations[example.com/team].
// It is the form that fields have in a configuration's own diagnostics.
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

// below returns what a path is inside of root, and whether it is inside of it or root itself.
func below(root, path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, root)
	switch {
	case !ok:
		return "", false
	case rest == "" || root == "":
		return rest, true
	case rest[0] == '.':
		return rest[1:], true
	}
	return rest, rest[0] == '['
}
