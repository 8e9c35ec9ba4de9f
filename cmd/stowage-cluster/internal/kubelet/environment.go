package kubelet

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// environment is what the container's environment variables say that are written out. Those that come from elsewhere
// are not known here.
func environment(c *corev1.Container) map[string]string {
	env := map[string]string{}
	for _, v := range c.Env {
		if v.ValueFrom == nil {
			env[v.Name] = expansion.Expand(v.Value, expansion.MappingFuncFor(env))
		}
	}
	return env
}

// arguments are the container's command and its arguments, each $(NAME) replaced by what the variable says, if that is
// known.
func arguments(c *corev1.Container) []string {
	args := slices.Concat(c.Command, c.Args)
	for i := range args {
		args[i] = expansion.Expand(args[i], expansion.MappingFuncFor(environment(c)))
	}
	return args
}
