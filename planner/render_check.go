package planner

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	batchv1ac "k8s.io/client-go/applyconfigurations/batch/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// LabelCheck is on the template of an app's check, on its Jobs and on their
// pods; its value is the name of the check.
const LabelCheck = "stowage.dev/check"

// What a check is told, by environment variables.
const (
	envHost    = "STOWAGE_HOST" // the Service to ask
	envPort    = "STOWAGE_PORT" // its first port
	envColor   = "STOWAGE_COLOR"
	envVersion = "STOWAGE_VERSION"
	envPhase   = "STOWAGE_PHASE" // a checkPhase
)

// never is the schedule of what nobody runs by the clock: there is no 31st of
// February.
const never = "0 0 31 2 *"

// check makes the template that a switch makes Jobs from: a CronJob that is
// suspended. So it is applied, recorded and compared like everything else, keeps
// the configuration that it uses, and can be run by hand: kubectl create job
// --from=cronjob/APP-CHECK NAME.
func (r *renderer) check(a *dsl.App, c *dsl.Check) {
	o := r.object(a, RoleCheck, c.DeclRange)
	o.References = c.References
	labels := r.appLabels(a, nil)
	labels[LabelCheck] = c.Name
	r.add(o, batchv1ac.CronJob(a.Name+"-"+c.Name, r.release.Namespace).
		WithLabels(labels).
		WithSpec(batchv1ac.CronJobSpec().
			WithSchedule(never).
			WithSuspend(true).
			WithJobTemplate(batchv1ac.JobTemplateSpec().
				WithLabels(checkLabels(a, c)).
				WithSpec(r.checkJob(a, c)))))
}

func (r *renderer) checkJob(a *dsl.App, c *dsl.Check) *batchv1ac.JobSpecApplyConfiguration {
	container := corev1ac.Container().
		WithName(c.Name).
		WithImage(c.Image).
		WithImagePullPolicy(pullPolicy("", c.Image)).
		WithCommand(c.Command...).
		WithArgs(c.Args...).
		WithEnv(checkEnv(a)...).
		WithEnv(env(c.Env)...)
	labels := checkLabels(a, c)
	labels[LabelRelease] = r.release.Name
	return batchv1ac.JobSpec().
		WithBackoffLimit(c.Retries).
		WithActiveDeadlineSeconds(int64(c.Timeout / time.Second)).
		WithTemplate(corev1ac.PodTemplateSpec().
			WithLabels(labels).
			WithSpec(corev1ac.PodSpec().
				WithRestartPolicy(corev1.RestartPolicyNever).
				WithContainers(container)))
}

// checkEnv returns what a Job is told that somebody makes from the template by hand: it
// asks the preview. A switch knows more, and says it in the place of this.
func checkEnv(a *dsl.App) []*corev1ac.EnvVarApplyConfiguration {
	return []*corev1ac.EnvVarApplyConfiguration{
		corev1ac.EnvVar().WithName(envHost).WithValue(a.Service.Name + previewSuffix),
		corev1ac.EnvVar().WithName(envPhase).WithValue(string(checkBefore)),
		corev1ac.EnvVar().WithName(envPort).WithValue(strconv.Itoa(int(a.Service.Ports[0].ServicePort))),
	}
}

// checkLabels returns the labels of the Jobs of a check. The ones that Services and
// Deployments of the app, or of others, find its pods by are not among them: the
// pods of a check must never get requests. Nor is the release's: a Job that somebody
// makes from the template by hand belongs to them.
func checkLabels(a *dsl.App, c *dsl.Check) map[string]string {
	return map[string]string{labelManagedBy: FieldManager, LabelApp: a.Name, LabelCheck: c.Name}
}
