package dsl

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // so that time zones are known wherever stowage runs

	"github.com/hashicorp/hcl/v2"
	"github.com/robfig/cron/v3"
)

// JobRun says how the pods of a Job, or of the Jobs of a CronJob, come to an end.
// What is nil or zero is left to the cluster.
type JobRun struct {
	Completions  *int32         // pods that must succeed
	Parallelism  *int32         // pods at a time
	BackoffLimit *int32         // failed pods until the Job has failed
	Deadline     time.Duration  // of the whole Job, all its pods included
	TTL          *time.Duration // how long a Job stays after its end; nil: until another takes its place
	Restart      string         // Never or OnFailure: what becomes of a container that fails
	DeclRange    hcl.Range
}

// CronSchedule says when a CronJob makes Jobs.
type CronSchedule struct {
	Expression       string         // five fields, or @hourly and the like
	TimeZone         string         // of the IANA database; empty: that of the control plane
	Concurrency      string         // Allow, Forbid, Replace
	Suspend          bool           // it makes none for now
	StartingDeadline *time.Duration // how late a Job may still be started; nil: at any time
	KeepSucceeded    *int32         // Jobs
	KeepFailed       *int32         // Jobs
	DeclRange        hcl.Range
}

var jobSchema = newSchema([]arg[JobRun]{
	{name: "completions", kind: optionalInteger(func(j *JobRun) **int32 { return &j.Completions }, 1), initial: "1", doc: "How many pods must succeed."},
	{name: "parallelism", kind: optionalInteger(func(j *JobRun) **int32 { return &j.Parallelism }, 0), initial: "1", doc: "How many of them run at a time."},
	{name: "backoff_limit", kind: optionalInteger(func(j *JobRun) **int32 { return &j.BackoffLimit }, 0), initial: "6", doc: "How many failures there may be before the Job has failed. Each is followed by a pause twice as long as the one before, from 10 seconds on."},
	{name: "deadline", kind: seconds(func(j *JobRun) *time.Duration { return &j.Deadline }, time.Second), initial: "none", doc: "How long all of it may take, failures included."},
	{name: "ttl", kind: optionalDuration(func(j *JobRun) **time.Duration { return &j.TTL }, time.Second), initial: "none", doc: "How long a Job, with its pods and what they wrote, stays after its end. When not given it stays until another takes its place."},
	{name: "restart", kind: text(func(j *JobRun) *string { return &j.Restart }, oneOf("Never", "OnFailure")), initial: `"Never"`, doc: "What follows when a container fails: with `\"Never\"` another pod, and the failed one stays to be looked at; with `\"OnFailure\"` the container is started again in the same pod."},
})

var cronSchema = newSchema([]arg[CronSchedule]{
	{name: "schedule", kind: text(func(c *CronSchedule) *string { return &c.Expression }, cronExpression), required: true, doc: "When: minute, hour, day of the month, month and day of the week, as in `\"30 3 * * 1-5\"`; or `\"@hourly\"`, `\"@daily\"`, `\"@weekly\"`, `\"@monthly\"`, `\"@yearly\"`, `\"@every 90m\"`."},
	{name: "time_zone", kind: text(func(c *CronSchedule) *string { return &c.TimeZone }, timeZone), initial: "that of the control plane", doc: "Whose clock counts, as in `\"Europe/Zurich\"`."},
	{name: "concurrency", kind: text(func(c *CronSchedule) *string { return &c.Concurrency }, oneOf("Allow", "Forbid", "Replace")), initial: `"Allow"`, doc: "What happens when it is time and the Job before still runs: `\"Allow\"` lets both run, `\"Forbid\"` leaves the new one out, `\"Replace\"` ends the old one."},
	{name: "suspend", kind: boolean(func(c *CronSchedule) *bool { return &c.Suspend }), initial: "false", doc: "Whether no Job is made for now. What runs goes on."},
	{name: "starting_deadline", kind: optionalDuration(func(c *CronSchedule) **time.Duration { return &c.StartingDeadline }, time.Second), initial: "none", doc: "How late a Job may still be made that could not be when it was time."},
	{name: "keep_succeeded", kind: optionalInteger(func(c *CronSchedule) **int32 { return &c.KeepSucceeded }, 0), initial: "3", doc: "How many Jobs are kept that have succeeded."},
	{name: "keep_failed", kind: optionalInteger(func(c *CronSchedule) **int32 { return &c.KeepFailed }, 0), initial: "1", doc: "How many Jobs are kept that have failed."},
})

// optionalDuration keeps apart a duration and none given.
func optionalDuration[T any](field func(*T) **time.Duration, low time.Duration) kind[T] {
	return kind[T]{name: "duration", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.duration(a, low); ok {
			*field(to) = &v
		}
	}}
}

func decodeJob(s *scope, to *appBlock, b *hcl.Block) {
	to.Job = &JobRun{DeclRange: b.DefRange}
	jobSchema.decode(s, b.Body, to.Job)
}

func decodeCron(s *scope, to *appBlock, b *hcl.Block) {
	to.Cron = &CronSchedule{DeclRange: b.DefRange}
	cronSchema.decode(s, b.Body, to.Cron)
}

// completeJob settles what is not said of a Job.
func completeJob(a *appBlock) {
	if !a.Kind.ends() {
		return
	}
	if a.Job == nil {
		a.Job = &JobRun{DeclRange: a.DeclRange}
	}
	if a.Job.Restart == "" {
		a.Job.Restart = "Never"
	}
}

// cronExpression reads an expression as the controller of CronJobs does.
func cronExpression(text string) error {
	if strings.Contains(text, "TZ") {
		return errors.New("has a time zone in it; use the argument time_zone")
	}
	if _, err := cron.ParseStandard(text); err != nil {
		return fmt.Errorf("is no cron expression: %w; write minute, hour, day of the month, month and day of the week, as in \"30 3 * * 1-5\"", err)
	}
	return nil
}

func timeZone(text string) error {
	if text == "" || strings.EqualFold(text, "local") {
		return errors.New("must be the name of a time zone, as in \"Europe/Zurich\"")
	}
	if _, err := time.LoadLocation(text); err != nil {
		return fmt.Errorf("names no time zone that is known: %q; write it as in \"Europe/Zurich\"", text)
	}
	return nil
}
