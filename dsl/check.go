package dsl

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	dnsLabelPattern   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	sysctlPattern     = regexp.MustCompile(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`)
	subdomainPattern  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	dataKeyPattern    = regexp.MustCompile(`^[-._a-zA-Z0-9]+$`)
	envNamePattern    = regexp.MustCompile(`^[-._a-zA-Z][-._a-zA-Z0-9]*$`)
	labelPattern      = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	portNamePattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	headerNamePattern = regexp.MustCompile("^[-A-Za-z0-9!#$%&'*+.^_`|~]+$")
	percentPattern    = regexp.MustCompile(`^(0|[1-9][0-9]{0,8}|(0|[1-9][0-9]?|100)%)$`)

	// slug matches what cannot stand in a name.
	slug = regexp.MustCompile(`[^a-z0-9]+`)
)

const (
	labelLength     = 63
	subdomainLength = 253
)

// ours are the label and annotation prefixes that stowage sets itself.
var ours = []string{"stowage.dev/", "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by"}

// matches checks length and pattern.
func matches(text string, longest int, pattern *regexp.Regexp, meaning string) error {
	if len(text) > longest {
		return fmt.Errorf("must be at most %d characters long; it has %d", longest, len(text))
	}
	if !pattern.MatchString(text) {
		return errors.New(meaning)
	}
	return nil
}

func dnsLabel(text string) error {
	return matches(text, labelLength, dnsLabelPattern,
		"must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends")
}

// serviceName is a DNS label that can name a Service too.
func serviceName(text string) error {
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		return errors.New("must start with a letter, for its Service is named after it")
	}
	return dnsLabel(text)
}

// dataName leaves room for the version.
func dataName(text string) error {
	return matches(text, subdomainLength-versionLength-1, subdomainPattern,
		"must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part")
}

func dataKey(text string) error {
	if text == "." || text == ".." {
		return errors.New("must not be the name of a directory")
	}
	return matches(text, subdomainLength, dataKeyPattern, "must be made of letters, digits, dashes, underscores and dots")
}

func envName(text string) error {
	if text == "." || text == ".." {
		return errors.New("must not be the name of a directory")
	}
	return matches(text, subdomainLength, envNamePattern,
		"must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first")
}

func portName(text string) error {
	const longest = 15
	if err := matches(text, longest, portNamePattern, "must be made of lower-case letters and digits, with single dashes between them"); err != nil {
		return err
	}
	if !strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") {
		return errors.New("must have a letter in it, as in \"http\"")
	}
	return nil
}

// qualifiedName is a name with an optional DNS name and a slash before it.
func qualifiedName(text string) error {
	name := text
	if prefix, rest, ok := strings.Cut(text, "/"); ok {
		if err := matches(prefix, subdomainLength, subdomainPattern, "must have a DNS name before the slash"); err != nil {
			return err
		}
		name = rest
	}
	return matches(name, labelLength, labelPattern,
		"must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it")
}

func labelKey(text string) error {
	for _, own := range ours {
		if text == own || strings.HasSuffix(own, "/") && strings.HasPrefix(text, own) {
			return errors.New("is set by stowage itself")
		}
	}
	return qualifiedName(text)
}

// objectLabelKey permits all labels but those that say whose an object is: where stowage
// finds nothing by the others, they are the user's to set.
func objectLabelKey(text string) error {
	if text == "app.kubernetes.io/managed-by" {
		return errors.New("is set by stowage itself")
	}
	return podLabelKey(text)
}

// podLabelKey permits all labels that do not tell stowage whose pods they are.
func podLabelKey(text string) error {
	if strings.HasPrefix(text, "stowage.dev/") {
		return errors.New("is set by stowage itself")
	}
	return qualifiedName(text)
}

func labelValue(text string) error {
	if text == "" {
		return nil
	}
	return matches(text, labelLength, labelPattern,
		"must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends")
}

func annotationKey(text string) error {
	if strings.HasPrefix(text, "stowage.dev/") {
		return errors.New("is set by stowage itself")
	}
	return qualifiedName(strings.ToLower(text))
}

func headerName(text string) error {
	return matches(text, subdomainLength, headerNamePattern, "must be the name of an HTTP header")
}

func numberOrPercent(text string) error {
	return matches(text, labelLength, percentPattern, `must be a whole number, or a percentage from "0%" to "100%"`)
}

func absolutePath(text string) error {
	if !strings.HasPrefix(text, "/") {
		return errors.New("must start with a slash")
	}
	return nil
}

func relativePath(text string) error {
	if text == "" || strings.HasPrefix(text, "/") || strings.Contains("/"+text+"/", "/../") {
		return errors.New("must be a relative path without \"..\" in it")
	}
	return nil
}

// oneOf checks for one of a few words.
func oneOf(words ...string) check {
	return func(text string) error {
		if slices.Contains(words, text) {
			return nil
		}
		return fmt.Errorf("must be %s, not %q.%s", choice(words), text, suggestion(text, words))
	}
}

// choice writes words as something to choose from.
func choice(words []string) string {
	var quoted []string
	for _, word := range words {
		if word != "" {
			quoted = append(quoted, fmt.Sprintf("%q", word))
		}
	}
	last := len(quoted) - 1
	if last == 0 {
		return quoted[0]
	}
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

func notEmpty(text string) error {
	if text == "" {
		return errors.New("must not be empty")
	}
	return nil
}

// apiGroup is a DNS name, empty for the core group, or all.
func apiGroup(text string) error {
	if text == "" || text == "*" {
		return nil
	}
	return matches(text, subdomainLength, subdomainPattern, `must be an API group, such as "apps", "" or "*"`)
}

// urlPath is a path of the API server, which may end in a star.
func urlPath(text string) error {
	if err := absolutePath(text); err != nil && text != "*" {
		return err
	}
	if star := strings.Index(text, "*"); star >= 0 && star != len(text)-1 {
		return errors.New("can have a star at its end only")
	}
	return nil
}
