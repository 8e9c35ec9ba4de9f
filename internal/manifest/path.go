package manifest

import (
	"strconv"
)

// Path returns the path of a field below parent, as [Comments] and [Document.Places] know it: a plain word follows a dot, any other key stands quoted in brackets.
func Path(parent, field string) string {
	if !plainWord(field) {
		return parent + "[" + strconv.Quote(field) + "]"
	}
	if parent == "" {
		return field
	}
	return parent + "." + field
}

// IndexPath returns the path of an item of the list at parent.
func IndexPath(parent string, index int) string {
	return parent + "[" + strconv.Itoa(index) + "]"
}

// plainWord says whether a key needs no quotes in a path: letters, digits, "-", "_" and "/", not empty. A dot would be taken for the next field.
func plainWord(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return key != ""
}
