package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/hcl/v2"

	"stowage/dsl"
	"stowage/planner"
)

// none is the answer of those who do not want something.
const none = "none"

// answers are what a new configuration is made from, as text.
type answers struct {
	name, image, port, host, database, replicas, namespace string
}

// initQuestion is what init has to know, from a flag or from a person.
type initQuestion struct {
	flag    string
	usage   string // of the flag
	text    string
	choices []string // nil: whatever the language takes
	number  bool     // a whole one, or none
	answer  func(*answers) *string
	// suggest returns the default, empty when there is none.
	suggest func(a answers, dir string) string
	// pointless reports whether the answers before leave nothing to ask; nil: never.
	pointless func(answers) bool
}

// databases are what a new configuration can have as a database.
var databases = []string{none, "postgres", "mysql"}

// questions are in the order in which they are asked.
var questions = []initQuestion{
	{
		flag: "name", usage: "`name` of the release and of its app (default: that of the directory)",
		text:    "Name of the release and of its app",
		answer:  func(a *answers) *string { return &a.name },
		suggest: func(_ answers, dir string) string { return nameFrom(dir) },
	},
	{
		flag: "image", usage: "`image` of the app, with its tag, such as example.com/shop:1.0",
		text:    "Image of the app, such as example.com/shop:1.0",
		answer:  func(a *answers) *string { return &a.image },
		suggest: suggestion(""),
	},
	{
		flag: "port", usage: "`port` that the app listens on, or none (default 8080)",
		text: "Port that the app listens on, or none", number: true,
		answer:  func(a *answers) *string { return &a.port },
		suggest: suggestion("8080"),
	},
	{
		flag: "host", usage: "`host` by which the app is reached from outside the cluster, such as shop.example.com (default none)",
		text:      "Host by which it is reached from outside, such as shop.example.com",
		answer:    func(a *answers) *string { return &a.host },
		suggest:   suggestion(none),
		pointless: func(a answers) bool { return a.port == none },
	},
	{
		flag: "database", usage: "`database` for the app: none, postgres or mysql (default none)",
		text: "Database: none, postgres or mysql", choices: databases,
		answer:  func(a *answers) *string { return &a.database },
		suggest: suggestion(none),
	},
	{
		flag: "replicas", usage: "`number` of pods of the app (default 2)",
		text: "Number of pods", number: true,
		answer:  func(a *answers) *string { return &a.replicas },
		suggest: suggestion("2"),
	},
	{
		flag: "namespace", usage: "`namespace` of the release (default: its name)",
		text:    "Namespace",
		answer:  func(a *answers) *string { return &a.namespace },
		suggest: func(a answers, _ string) string { return a.name },
	},
}

func suggestion(text string) func(answers, string) string {
	return func(answers, string) string { return text }
}

// nameFrom makes a name of that of a directory, if that can be one.
func nameFrom(dir string) string {
	path, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	name := strings.ToLower(filepath.Base(path))
	if (answers{name: name}).check() != nil {
		return ""
	}
	return name
}

// check returns what is wrong with the answer to a question, those before it being right.
func (q initQuestion) check(a answers) error {
	answer := *q.answer(&a)
	_, notNumber := strconv.Atoi(answer)
	switch {
	case q.choices != nil && !slices.Contains(q.choices, answer):
		return fmt.Errorf("must be %s.%s", enumeration(q.choices, "or"), dsl.Suggestion(answer, q.choices))
	case q.number && notNumber != nil && answer != none:
		return errors.New("must be a whole number")
	case a.port == none && a.host != none && a.host != "":
		return errors.New("takes a port that requests can go to, and the port is none")
	}
	return a.check()
}

// check returns what the language has against a configuration with these answers, in its own
// words. Questions without an answer yet count as answered with something that is right.
func (a answers) check() error {
	for _, blank := range []struct {
		answer *string
		value  string
	}{
		{&a.name, "app"}, {&a.image, "image"}, {&a.port, none}, {&a.host, none}, {&a.database, none}, {&a.replicas, "1"}, {&a.namespace, "default"},
	} {
		if *blank.answer == "" {
			*blank.answer = blank.value
		}
	}
	return checkFiles(scaffold(a))
}

// checkFiles returns the first thing that is wrong with a configuration of these files.
func checkFiles(files []sourceFile) error {
	dir, err := os.MkdirTemp("", "stowage-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := writeFiles(dir, files, false); err != nil {
		return err
	}
	return checkConfiguration(dir)
}

// aboutArgument matches the argument that a diagnostic is about, which is not what was asked.
var aboutArgument = regexp.MustCompile(`^"[a-z_]+" `)

// checkConfiguration returns the first thing that is wrong with a configuration.
func checkConfiguration(dir string) error {
	module, diags := dsl.Parse(dir)
	if !diags.HasErrors() {
		var config *dsl.Config
		if config, diags = module.Evaluate(dsl.Inputs{}); !diags.HasErrors() {
			_, err := planner.Render(config)
			if all := (*multierror.Error)(nil); errors.As(err, &all) {
				err = all.Errors[0]
			}
			return err
		}
	}
	for _, diag := range diags {
		if diag.Severity == hcl.DiagError {
			return errors.New(strings.TrimSuffix(aboutArgument.ReplaceAllString(diag.Detail, ""), "."))
		}
	}
	return nil
}
