package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// floorParallel is how many requests of a floor are made at a time.
const floorParallel = 32

// floor does what any tool has to, and nothing else: no comparing, no order,
// no record. It runs as a process of its own, as what is measured beside it does.
type floor struct {
	http      *http.Client
	server    string
	namespace string
	objects   []object
}

// object is a rendered manifest and where it belongs.
type object struct {
	path string
	body []byte
}

// runFloor does one kind of work: read, create, wait, change or destroy.
func runFloor(ctx context.Context, work, kubeconfig, namespace, manifests string) error {
	f, err := newFloor(kubeconfig, namespace, manifests)
	if err != nil {
		return err
	}
	switch work {
	case "read":
		return f.read(ctx)
	case "create":
		return f.create(ctx, f.objects)
	case "wait":
		return f.createAndWait(ctx, f.objects)
	case "settle":
		return f.createAndWait(ctx, nil)
	case "change":
		if err := f.read(ctx); err != nil {
			return err
		}
		return f.create(ctx, f.objects)
	case "destroy":
		return f.destroy(ctx)
	}
	return fmt.Errorf("there is no floor %q", work)
}

func newFloor(kubeconfig, namespace, manifests string) (*floor, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.DisableCompression = true
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	f := &floor{http: client, server: config.Host, namespace: namespace}
	text, err := os.ReadFile(manifests)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		var o struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			return nil, err
		}
		path := f.collection(o.Kind) + "/" + o.Metadata.Name
		f.objects = append(f.objects, object{path: path, body: []byte(line)})
	}
	return f, nil
}

// kinds of a petclinic, and where their resources are.
var kinds = map[string]string{
	"Secret": "api/v1", "ConfigMap": "api/v1", "Service": "api/v1", "Deployment": "apis/apps/v1", "StatefulSet": "apis/apps/v1",
}

// collection returns the path of a kind's resource.
func (f *floor) collection(kind string) string {
	return fmt.Sprintf("%s/namespaces/%s/%ss", kinds[kind], f.namespace, strings.ToLower(kind))
}

// do makes a request and gives what is answered to use; nil throws it away.
func (f *floor) do(ctx context.Context, method, path string, body []byte, use func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, method, f.server+"/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/apply-patch+yaml")
	}
	response, err := f.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s %s: %s\n%s", method, path, response.Status, text)
	}
	if use != nil {
		return use(response.Body)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// read lists each kind, and decodes nothing.
func (f *floor) read(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for kind := range kinds {
		group.Go(func() error {
			return f.do(ctx, http.MethodGet, f.collection(kind)+"?labelSelector=stowage.dev/release", nil, nil)
		})
	}
	return group.Wait()
}

// create applies each object.
func (f *floor) create(ctx context.Context, objects []object) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(floorParallel)
	for _, o := range objects {
		group.Go(func() error {
			return f.do(ctx, http.MethodPatch, o.path+"?fieldManager=stowage&force=true", o.body, nil)
		})
	}
	return group.Wait()
}

// createAndWait applies objects while it watches the workloads, until all of them
// are available.
func (f *floor) createAndWait(ctx context.Context, objects []object) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, kind := range []string{"Deployment", "StatefulSet"} {
		group.Go(func() error { return f.untilReady(ctx, kind) })
	}
	group.Go(func() error { return f.create(ctx, objects) })
	return group.Wait()
}

// event is as much of a watch's event as tells whether a workload is there.
type event struct {
	Type   string
	Object struct {
		Metadata struct {
			Name       string
			Generation int64
		}
		Spec   struct{ Replicas int }
		Status struct {
			ObservedGeneration                 int64
			UpdatedReplicas, AvailableReplicas int
		}
	}
}

// names returns the names of all objects of a kind.
func (f *floor) names(kind string) map[string]bool {
	names := map[string]bool{}
	for _, o := range f.objects {
		if name, ok := strings.CutPrefix(o.path, f.collection(kind)+"/"); ok {
			names[name] = true
		}
	}
	return names
}

func (f *floor) untilReady(ctx context.Context, kind string) error {
	waiting := f.names(kind)
	return f.watch(ctx, kind, nil, func(e event) bool {
		o := e.Object
		if o.Status.ObservedGeneration == o.Metadata.Generation &&
			o.Status.UpdatedReplicas == o.Spec.Replicas && o.Status.AvailableReplicas == o.Spec.Replicas {
			delete(waiting, o.Metadata.Name)
		}
		return len(waiting) == 0
	})
}

// watch follows a kind, from what is there on, until done says so. It calls
// running, if there is one, when the server has begun.
func (f *floor) watch(ctx context.Context, kind string, running func(), done func(event) bool) error {
	path := f.collection(kind) + "?watch=true&labelSelector=stowage.dev/release"
	return f.do(ctx, http.MethodGet, path, nil, func(stream io.Reader) error {
		if running != nil {
			running()
		}
		for events := json.NewDecoder(stream); ; {
			var e event
			if err := events.Decode(&e); err != nil {
				return fmt.Errorf("watch %s: %w", kind, err)
			}
			if done(e) {
				return nil
			}
		}
	})
}

// destroy deletes each object, workloads with their pods, and waits until all of
// them are gone.
func (f *floor) destroy(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	var running sync.WaitGroup
	for kind := range kinds {
		left := f.names(kind)
		running.Add(1)
		group.Go(func() error {
			return f.watch(ctx, kind, running.Done, func(e event) bool {
				if e.Type == "DELETED" {
					delete(left, e.Object.Metadata.Name)
				}
				return len(left) == 0
			})
		})
	}
	running.Wait()
	options := []byte(`{"propagationPolicy":"Foreground"}`)
	group.Go(func() error {
		deleting, ctx := errgroup.WithContext(ctx)
		deleting.SetLimit(floorParallel)
		for _, o := range f.objects {
			deleting.Go(func() error { return f.do(ctx, http.MethodDelete, o.path, options, nil) })
		}
		return deleting.Wait()
	})
	return group.Wait()
}
