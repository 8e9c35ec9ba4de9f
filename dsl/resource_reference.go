package dsl

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// labels returns how many labels tell blocks of a type apart.
func labels(blockType string) int {
	if blockType == "resource" {
		return 2
	}
	return 1
}

// resource splits the address of a resource into kind and label.
func (a Address) resource() (kind, label string, ok bool) {
	kind, label, ok = strings.Cut(a.Name, ".")
	return kind, label, ok && a.Type == "resource"
}

// findResource returns the block that resource.KIND.NAME names.
func (s *scope) findResource(t hcl.Traversal) (*node, bool) {
	kind, kindAt := stepName(t, 1)
	label, labelAt := stepName(t, 2)
	if kind == "" || label == "" {
		s.report(problem(t.SourceRange().Ptr(), "Invalid reference",
			"\"resource\" must be followed by a kind and a name, as in resource.NetworkPolicy.NAME."))
		return nil, false
	}
	if n := s.frame().lookup("resource", kind+"."+label); n != nil {
		return n, true
	}
	var kinds, labels []string
	for _, name := range s.names("resource") {
		otherKind, otherLabel, _ := strings.Cut(name, ".")
		kinds = append(kinds, otherKind)
		if otherKind == kind {
			labels = append(labels, otherLabel)
		}
	}
	if !slices.Contains(kinds, kind) {
		s.report(problem(kindAt.Ptr(), "Unknown reference", "There is no resource of kind %q.%s", kind, suggestion(kind, kinds)))
		return nil, false
	}
	s.report(problem(labelAt.Ptr(), "Unknown reference", "There is no resource %q %q.%s", kind, label, suggestion(label, labels)))
	return nil, false
}

var (
	kindPattern       = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	apiVersionPattern = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?v[0-9]+((alpha|beta)[0-9]+)?$`)
)

func objectKind(text string) error {
	return matches(text, labelLength, kindPattern, "must be written as Kubernetes writes kinds, such as NetworkPolicy")
}

func apiVersion(text string) error {
	return matches(text, subdomainLength, apiVersionPattern, `must be GROUP/VERSION, such as "apps/v1", or "v1" for the core group`)
}

// objectName takes what some kind takes as a name: those of roles have colons in them.
func objectName(text string) error {
	switch {
	case text == "":
		return errors.New("must not be empty")
	case text == "." || text == ".." || strings.ContainsAny(text, "/%"):
		return errors.New(`must have no "/" and no "%" in it, and be neither "." nor ".."`)
	}
	return matches(text, subdomainLength, objectNamePattern, "must be made of letters, digits, dashes, dots and colons")
}

var objectNamePattern = regexp.MustCompile(`^[-.:A-Za-z0-9_]+$`)
