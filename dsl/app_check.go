package dsl

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// checkEnvPrefix starts the environment variables that a check gets from
// stowage.
const checkEnvPrefix = "STOWAGE_"

// checkTimeout is how long a check may take when nothing is said.
const checkTimeout = 5 * time.Minute

var checkSchema = newSchema([]arg[Check]{
	{name: "image", kind: text(func(c *Check) *string { return &c.Image }, imageReference), required: true, doc: "Image of the container."},
	{name: "command", kind: textList(func(c *Check) *[]string { return &c.Command }), doc: "Replaces the entry point of the image."},
	{name: "args", kind: textList(func(c *Check) *[]string { return &c.Args }), doc: "Arguments of the entry point."},
	{
		name: "env", kind: kind[Check]{name: "map of text or objects", object: sourceSchema, decode: decodeCheckEnv},
		doc: "Environment variables, written as those of an app; a sensitive value must be a key of a `secret` block. Added to those that every check gets.",
	},
	{name: "timeout", kind: seconds(func(c *Check) *time.Duration { return &c.Timeout }, time.Second), initial: `"5m"`, doc: "How long it may take, retries included."},
	{name: "retries", kind: integer(func(c *Check) *int32 { return &c.Retries }, 0, math.MaxInt32), initial: "0", doc: "How often it is tried again after a failure."},
})

func decodeCheck(s *scope, to *rolloutBlock, b *hcl.Block) {
	c := &Check{Name: b.Labels[0], Timeout: checkTimeout, DeclRange: b.DefRange}
	if err := dnsLabel(c.Name); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The name of a check %s.", err))
	}
	for _, other := range to.Checks {
		if other.Name == c.Name {
			s.report(problem(&b.LabelRanges[0], "Duplicate check", "There is a check %q already at %s.", c.Name, place(other.DeclRange)))
		}
	}
	own := *s
	own.refs = &c.References // they hold up the check, and not the app
	checkSchema.decode(&own, b.Body, c)
	c.References = settle(c.References)
	to.Checks = append(to.Checks, c)
}

func decodeCheckEnv(s *scope, to *Check, a argument) {
	entries, _ := s.entries(a)
	for _, e := range entries {
		if !s.checkKey(e, checkEnvName) {
			continue
		}
		v, ok := s.envVar(e, func() {
			s.report(problem(&e.rng, "Sensitive value not allowed here",
				"A sensitive value in the env of a check must be that of one key, as in %s = secret.NAME.key.KEY. Add it to the data of a secret block, and refer to that.", e.key))
		})
		if ok {
			to.Env = append(to.Env, v)
		}
	}
	to.Env = orderEnv(to.Env)
}

// checkEnvName is the name of a variable that stowage does not set itself.
func checkEnvName(text string) error {
	if strings.HasPrefix(text, checkEnvPrefix) {
		return errors.New("starts with " + checkEnvPrefix + ", as only those do that stowage sets itself")
	}
	return envName(text)
}

// checkChecks reports checks that could not run, for want of a Service in front
// of what they would check or of a name.
func (s *scope) checkChecks(a *appBlock) {
	for _, c := range a.Rollout.Checks {
		switch {
		case a.Rollout.Worker:
			s.report(problem(&c.DeclRange, "Conflicting arguments", "A check asks the new version before the switch, when a worker has no pods of it yet, nor a Service to ask. Leave out the check, or worker."))
		case !a.Rollout.Preview:
			s.report(problem(&c.DeclRange, "Conflicting arguments", "A check asks the new version through %s-preview, and preview = false leaves that Service out. Leave out one of them.", a.Name))
		}
		// Kubernetes allows so many for a CronJob, as it adds to the names of its Jobs.
		const longest = 52
		if name := a.Name + "-" + c.Name; len(name) > longest {
			s.report(problem(&c.DeclRange, "Invalid name", "The check would be named %q, which must be at most %d characters long; it has %d. Give it a shorter name.", name, longest, len(name)))
		}
	}
}
