package planner

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	batchv1ac "k8s.io/client-go/applyconfigurations/batch/v1"

	"stowage/dsl"
)

// job makes what runs once for each content. Its name gets a version when all of it
// is known.
func (r *renderer) job(a *dsl.App) *batchv1ac.JobApplyConfiguration {
	return batchv1ac.Job(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(r.jobSpec(a))
}

// cronJob makes what makes Jobs. Their labels say whose they are, unless their pods have
// none of stowage's either.
func (r *renderer) cronJob(a *dsl.App) *batchv1ac.CronJobApplyConfiguration {
	jobs := batchv1ac.JobTemplateSpec().WithSpec(r.jobSpec(a))
	if a.PodLabels == nil {
		jobs.WithLabels(r.workloadLabels(a))
	}
	spec := batchv1ac.CronJobSpec().
		WithSchedule(a.Cron.Expression).
		WithSuspend(a.Cron.Suspend). // also when it is false: somebody may have suspended it by hand
		WithJobTemplate(jobs)
	spec.TimeZone = given(a.Cron.TimeZone)
	spec.ConcurrencyPolicy = given(batchv1.ConcurrencyPolicy(a.Cron.Concurrency))
	spec.SuccessfulJobsHistoryLimit = a.Cron.KeepSucceeded
	spec.FailedJobsHistoryLimit = a.Cron.KeepFailed
	spec.StartingDeadlineSeconds = longSeconds(a.Cron.StartingDeadline)
	return batchv1ac.CronJob(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec)
}

func (r *renderer) jobSpec(a *dsl.App) *batchv1ac.JobSpecApplyConfiguration {
	template := r.podTemplate(a)
	template.Spec.WithRestartPolicy(corev1.RestartPolicy(a.Job.Restart))
	spec := batchv1ac.JobSpec().WithTemplate(template)
	spec.Completions = a.Job.Completions
	spec.Parallelism = a.Job.Parallelism
	spec.BackoffLimit = a.Job.BackoffLimit
	if a.Job.Deadline != 0 {
		spec.ActiveDeadlineSeconds = longSeconds(&a.Job.Deadline)
	}
	if a.Job.TTL != nil {
		spec.TTLSecondsAfterFinished = shortSeconds(*a.Job.TTL)
	}
	return spec
}

// longSeconds returns a duration in the unit of the API, nil for none.
func longSeconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	s := int64(*d / time.Second)
	return &s
}

func shortSeconds(d time.Duration) *int32 {
	s := int32(d / time.Second) //nolint:gosec // 68 years of seconds fit
	return &s
}
