package planner

import (
	"time"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// hooks returns nil for a container without any.
func (p *pod) hooks(c *dsl.Container) *corev1ac.LifecycleApplyConfiguration {
	return unlessEmpty(&corev1ac.LifecycleApplyConfiguration{PostStart: p.hook(c.PostStart), PreStop: p.hook(c.PreStop)})
}

func (p *pod) hook(from *dsl.Hook) *corev1ac.LifecycleHandlerApplyConfiguration {
	switch {
	case from == nil:
		return nil
	case from.HTTP != nil:
		return corev1ac.LifecycleHandler().WithHTTPGet(p.httpGet(from.HTTP))
	case from.Sleep != nil:
		return corev1ac.LifecycleHandler().WithSleep(corev1ac.SleepAction().WithSeconds(*wholeSeconds(from.Sleep)))
	default:
		return corev1ac.LifecycleHandler().WithExec(corev1ac.ExecAction().WithCommand(from.Exec...))
	}
}

// wholeSeconds returns a duration that may be 0 in the unit of the API, nil for
// none.
func wholeSeconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	s := int64(*d / time.Second)
	return &s
}
