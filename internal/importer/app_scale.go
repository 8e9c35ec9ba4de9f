package importer

import "stowage/dsl"

// percentages returns the targets of an autoscaler that the language has words for.
func percentages(autoscaler *object) map[string]field {
	targets := map[string]field{}
	for _, metric := range defaulted(autoscaler).at("spec", "metrics").list() {
		resource := metric.at("resource")
		name, percent := resource.at("name").text(), resource.at("target", "averageUtilization")
		if metric.at("type").is("Resource") && (name == "cpu" || name == "memory") && percent.exists() {
			targets[name] = percent
		}
	}
	return targets
}

// writeAutoscale writes between what numbers the pods are, and by what.
func (a *appWriter) writeAutoscale(b *block) {
	for _, o := range a.part.of("HorizontalPodAutoscaler") {
		spec := o.written().at("spec")
		inner := b.blockOf(o, "autoscale", "")
		a.writeName(inner, o)
		inner.take("min", field{value: o.Object.Object}.at("spec", "minReplicas")) // also the usual 1
		inner.take("max", spec.at("maxReplicas"))
		targets := percentages(o)
		for _, name := range []string{"cpu", "memory"} {
			inner.take(name, targets[name])
		}
	}
}

// writeName writes the name of an object that has not that of the app.
func (a *appWriter) writeName(b *block, o *object) {
	if o.id.Name != a.workload.id.Name {
		b.set("name", o.id.Name, "metadata.name")
	}
}

// writeBudget writes how many pods may be away.
func (a *appWriter) writeBudget(b *block) {
	for _, o := range a.part.of("PodDisruptionBudget") {
		spec := o.written().at("spec")
		inner := b.blockOf(o, "disruption_budget", "")
		a.writeName(inner, o)
		inner.take("min_available", spec.at("minAvailable"))
		inner.take("max_unavailable", spec.at("maxUnavailable"))
		inner.take("unhealthy_pods", spec.at("unhealthyPodEvictionPolicy"))
	}
}

// writeJob writes how the pods of a Job come to their end, and when a CronJob makes one.
func (a *appWriter) writeJob(b *block) {
	job := a.spec
	if a.workload.id.Kind == string(dsl.CronJob) {
		cron := b.block("cron", "")
		cron.take("schedule", a.spec.at("schedule"))
		cron.take("time_zone", a.spec.at("timeZone"))
		cron.take("concurrency", a.spec.at("concurrencyPolicy"))
		cron.take("suspend", a.spec.at("suspend"))
		cron.takeSeconds("starting_deadline", a.spec.at("startingDeadlineSeconds"))
		cron.take("keep_succeeded", a.spec.at("successfulJobsHistoryLimit"))
		cron.take("keep_failed", a.spec.at("failedJobsHistoryLimit"))
		job = a.spec.at("jobTemplate", "spec")
	}
	if !a.ends() {
		return
	}
	inner := b.block("job", "")
	inner.take("completions", job.at("completions"))
	inner.take("parallelism", job.at("parallelism"))
	inner.take("backoff_limit", job.at("backoffLimit"))
	inner.takeSeconds("deadline", job.at("activeDeadlineSeconds"))
	inner.takeSeconds("ttl", job.at("ttlSecondsAfterFinished"))
	if restart := a.pod.at("restartPolicy"); !restart.is("Never") {
		inner.take("restart", restart)
	}
	b.unlessEmpty(inner)
}

// writeRollout writes how a new version replaces the old one, and what becomes of claims.
func (a *appWriter) writeRollout(b *block) {
	if a.ends() {
		return
	}
	strategy := a.spec.at("strategy")
	if !strategy.exists() {
		strategy = a.spec.at("updateStrategy")
	}
	rolling := strategy.at("rollingUpdate")
	inner := b.block("rollout", strategy.path)
	if kind := strategy.at("type"); kind.is("Recreate") {
		inner.set("strategy", "recreate", kind.path)
	}
	if a.workload.id.Kind != string(dsl.StatefulSet) {
		inner.take("max_surge", rolling.at("maxSurge"))
		inner.take("max_unavailable", rolling.at("maxUnavailable"))
	}
	inner.take("partition", rolling.at("partition"))
	inner.takeSeconds("min_ready", a.spec.at("minReadySeconds"))
	inner.takeSeconds("progress_deadline", a.spec.at("progressDeadlineSeconds"))
	inner.take("paused", a.spec.at("paused"))
	b.unlessEmpty(inner)

	if retention := a.spec.at("persistentVolumeClaimRetentionPolicy"); retention.exists() {
		inner := b.block("claim_retention", retention.path)
		inner.take("when_deleted", retention.at("whenDeleted"))
		inner.take("when_scaled", retention.at("whenScaled"))
		b.unlessEmpty(inner)
	}
}
