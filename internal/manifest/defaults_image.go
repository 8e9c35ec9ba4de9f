package manifest

import (
	"regexp"
	"strings"
)

// imageName is the name of an image without tag and digest: an optional registry, then a path of lower
// case. An identifier of 64 hexadecimal digits is none.
var (
	imageName = regexp.MustCompile(`^(([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(\.[A-Za-z0-9-]+)*(:[0-9]+)?/)?` +
		`[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	imageID = regexp.MustCompile(`^[a-f0-9]{64}$`)
)

// isLatest reports whether a reference means the newest image: by the tag "latest", or with neither
// tag nor digest.
func isLatest(reference string) bool {
	name, _, pinned := strings.Cut(reference, "@")
	tag := ""
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		name, tag = name[:at], name[at+1:]
	}
	if !imageName.MatchString(name) || tag == "" && imageID.MatchString(name) {
		return false
	}
	return tag == "latest" || tag == "" && !pinned
}
