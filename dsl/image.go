package dsl

import (
	"errors"
	"regexp"
)

// The grammar of image references: [host[:port]/]path[:tag][@digest].
const (
	imageHost   = `(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][-a-zA-Z0-9]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][-a-zA-Z0-9]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?`
	imagePart   = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	imageTag    = `[\w][-.\w]{0,127}`
	imageDigest = `[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}`
)

var imagePattern = regexp.MustCompile(`^(?:` + imageHost + `/)?` + imagePart + `(?:/` + imagePart + `)*(?::` + imageTag + `)?(?:@` + imageDigest + `)?$`)

// imageReference checks that an image can be pulled by its name, as far as
// that can be told from it.
func imageReference(text string) error {
	if !imagePattern.MatchString(text) {
		return errors.New(`must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case`)
	}
	return nil
}
