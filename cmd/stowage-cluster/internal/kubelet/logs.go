package kubelet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// followInterval is how often a followed log is looked at for new lines.
const followInterval = 200 * time.Millisecond

// line is a line of a simulated log.
type line struct {
	at   time.Time
	text string
}

// runLog is what one run of a container has logged.
func runLog(c *corev1.Container, state corev1.ContainerState) []line {
	b := behaviourOf(c)
	begin := func(at time.Time) []line {
		lines := []line{
			{at, fmt.Sprintf("container %s of image %s started (simulated)", c.Name, c.Image)},
			{at, fmt.Sprintf("args %q", arguments(c))},
		}
		for _, text := range b.output {
			lines = append(lines, line{at, text})
		}
		return lines
	}
	switch {
	case state.Running != nil:
		return begin(state.Running.StartedAt.Time)
	case state.Terminated != nil:
		end := state.Terminated
		lines := begin(end.StartedAt.Time)
		if end.ExitCode == 0 {
			return append(lines, line{end.FinishedAt.Time, "done"})
		}
		if b.lastWords != "" && end.ExitCode == b.exitCode {
			lines = append(lines, line{end.FinishedAt.Time, b.lastWords})
		}
		return append(lines, line{end.FinishedAt.Time, fmt.Sprintf("exit code %d", end.ExitCode)})
	}
	return nil
}

// logOptions are the query parameters of a request for logs.
type logOptions struct {
	previous, follow, timestamps bool
	tail, limit                  int64 // -1: all
	since                        time.Time
}

func parseLogOptions(q url.Values, now time.Time) (logOptions, error) {
	o := logOptions{tail: -1, limit: -1}
	var errs []error
	flag := func(name string, value *bool) {
		if text := q.Get(name); text != "" {
			var err error
			*value, err = strconv.ParseBool(text)
			errs = append(errs, err)
		}
	}
	number := func(name string, value *int64) {
		if text := q.Get(name); text != "" && text != "all" {
			var err error
			*value, err = strconv.ParseInt(text, 10, 64)
			errs = append(errs, err)
		}
	}
	flag("previous", &o.previous)
	flag("follow", &o.follow)
	flag("timestamps", &o.timestamps)
	number("tailLines", &o.tail)
	number("limitBytes", &o.limit)
	seconds := int64(-1)
	number("sinceSeconds", &seconds)
	if seconds >= 0 {
		o.since = now.Add(-time.Duration(seconds) * time.Second)
	}
	if text := q.Get("sinceTime"); text != "" {
		var err error
		o.since, err = time.Parse(time.RFC3339, text)
		errs = append(errs, err)
	}
	return o, errors.Join(errs...)
}

// choose applies the options that leave lines out.
func (o logOptions) choose(lines []line) []line {
	var chosen []line
	for _, l := range lines {
		if !l.at.Before(o.since.Truncate(time.Second)) { // status times have whole seconds
			chosen = append(chosen, l)
		}
	}
	if o.tail >= 0 && int64(len(chosen)) > o.tail {
		chosen = chosen[int64(len(chosen))-o.tail:]
	}
	return chosen
}

func (o logOptions) write(w io.Writer, lines []line) error {
	var text bytes.Buffer
	for _, l := range lines {
		if o.timestamps {
			text.WriteString(l.at.UTC().Format(time.RFC3339Nano) + " ")
		}
		text.WriteString(l.text + "\n")
	}
	content := text.Bytes()
	if o.limit >= 0 && int64(len(content)) > o.limit {
		content = content[:o.limit]
	}
	_, err := w.Write(content)
	return err
}

// logs answers with the log of the container's present or last run, or with what a kubelet says when there is none.
func (k *kubelets) logs(w http.ResponseWriter, r *http.Request) {
	options, err := parseLogOptions(r.URL.Query(), time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	namespace, podName, name := r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")
	spec, status, err := k.container(namespace, podName, name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	state, err := stateToShow(status, podName, options.previous)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	lines := runLog(spec, state)
	if err := options.write(w, options.choose(lines)); err != nil {
		return // the client has gone
	}
	if options.follow && state.Running != nil {
		k.follow(r.Context(), w, options, namespace, podName, spec, status.ContainerID, len(lines))
	}
}

// stateToShow is the run whose log is asked for.
func stateToShow(status *corev1.ContainerStatus, pod string, previous bool) (corev1.ContainerState, error) {
	switch {
	case previous && status.LastTerminationState.Terminated != nil:
		return status.LastTerminationState, nil
	case previous:
		return corev1.ContainerState{}, fmt.Errorf("previous terminated container %q in pod %q not found", status.Name, pod)
	case status.State.Waiting == nil:
		return status.State, nil
	case status.LastTerminationState.Terminated != nil:
		return status.LastTerminationState, nil
	}
	return corev1.ContainerState{}, fmt.Errorf("container %q in pod %q is waiting to start: %s", status.Name, pod, waitingFor(status.State.Waiting))
}

// waitingFor is the word that a kubelet has for why there is no log yet.
func waitingFor(waiting *corev1.ContainerStateWaiting) string {
	switch waiting.Reason {
	case "ErrImagePull", "ImagePullBackOff":
		return "trying and failing to pull image"
	}
	return waiting.Reason
}

// follow writes what the run logs after its first n lines, until it has ended or the client is gone.
func (k *kubelets) follow(ctx context.Context, w http.ResponseWriter, options logOptions, namespace, pod string,
	spec *corev1.Container, id string, n int) {
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	options.limit = -1
	for {
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, status, err := k.container(namespace, pod, spec.Name)
		if err != nil {
			return
		}
		if status.ContainerID == id && status.State.Running != nil {
			continue
		}
		for _, state := range []corev1.ContainerState{status.State, status.LastTerminationState} {
			if lines := runLog(spec, state); state.Terminated != nil && state.Terminated.ContainerID == id && len(lines) > n {
				_ = options.write(w, lines[n:]) // the last thing done either way
				return
			}
		}
		return
	}
}

// container finds a container and its status by name.
func (k *kubelets) container(namespace, podName, name string) (*corev1.Container, *corev1.ContainerStatus, error) {
	object, err := k.pods.Pods(namespace).Get(podName)
	if err != nil {
		return nil, nil, err
	}
	specs := append(append([]corev1.Container{}, object.Spec.InitContainers...), object.Spec.Containers...)
	statuses := append(append([]corev1.ContainerStatus{}, object.Status.InitContainerStatuses...), object.Status.ContainerStatuses...)
	for i := range specs {
		if specs[i].Name != name {
			continue
		}
		for j := range statuses {
			if statuses[j].Name == name {
				return &specs[i], &statuses[j], nil
			}
		}
		waiting := &corev1.ContainerStatus{Name: name}
		waiting.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		return &specs[i], waiting, nil
	}
	return nil, nil, fmt.Errorf("container %q not found in pod %q", name, podName)
}
