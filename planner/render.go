package planner

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// The recommended labels of Kubernetes.
const (
	labelName      = dsl.LabelName
	labelInstance  = dsl.LabelInstance
	labelManagedBy = "app.kubernetes.io/managed-by"
)

// Render returns every object of a configuration: the namespace, the data that
// apps share, then app by app its own data, claims, workload and Service, and last
// what leads requests to them. The order is always the same, and the configuration
// is not modified. Manifests hold only what is meant, as the API server would store it.
//
// What cannot be rendered comes back at once, as a *multierror.Error of
// *ObjectError.
func Render(cfg *dsl.Config) ([]Object, error) { return RenderWith(cfg, nil) }

// RenderWith is Render with kinds that were found in the cluster.
func RenderWith(cfg *dsl.Config, known Kinds) ([]Object, error) {
	r := &renderer{
		release:   cfg.Release,
		defined:   definedIn(cfg.Resources),
		known:     known,
		baseNames: baseNames(cfg),
		selectors: selectors(cfg),
		origins:   make(map[ObjectID]Origin),
	}
	if !ownsNamespace(cfg) {
		r.namespace()
	}
	for _, d := range cfg.Data {
		r.dataBlock(d)
	}
	for _, a := range cfg.Apps {
		r.app(a)
	}
	for _, i := range cfg.Ingresses {
		r.ingress(i)
	}
	for _, res := range cfg.Resources {
		r.resource(res)
	}
	r.checkIgnored(cfg)
	if len(r.errs) == 0 {
		r.errs = checkObjects(r.objects)
	}
	if err := joined(r.errs); err != nil {
		return nil, err
	}
	return r.objects, nil
}

// renderer collects the objects of one configuration.
type renderer struct {
	release   dsl.Release
	baseNames map[dataRef]string
	selectors map[string]map[string]string // of the pods of each app, by its name
	objects   []Object
	origins   map[ObjectID]Origin // where the objects made so far come from
	errs      []*ObjectError
	defined   customKinds // by the configuration itself
	known     Kinds       // from the cluster
	// ignoredPaths are the ignored fields that objects have, by block.
	ignoredPaths map[string]map[string]bool
	overrides    overrides // of the block whose objects are being made
}

// dataRef names a ConfigMap or Secret.
type dataRef struct {
	kind dsl.DataKind
	name string
}

// baseNames returns the names without their versions.
func baseNames(cfg *dsl.Config) map[dataRef]string {
	names := make(map[dataRef]string)
	add := func(d *dsl.Data) {
		if d != nil {
			names[dataRef{d.Kind, d.Name}] = d.BaseName
		}
	}
	for _, d := range cfg.Data {
		add(d)
	}
	for _, a := range cfg.Apps {
		add(a.Config)
		add(a.Secret)
	}
	return names
}

// add converts an apply configuration and keeps it with what is known of it.
func (r *renderer) add(o Object, applied any) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(applied)
	if err != nil {
		panic(fmt.Sprintf("apply configuration %T: %v", applied, err)) // all of them can be converted
	}
	o.Manifest = r.overridden(o, &unstructured.Unstructured{Object: content})
	if runsOnce(o.Manifest) {
		nameByContent(o.Manifest)
	}
	r.place(o)
}

// place keeps an object, unless there is one of its identity.
func (r *renderer) place(o Object) {
	o.Manifest = r.ignored(o, o.Manifest)
	o.ID = IDOf(o.Manifest)
	r.markHome(o.Manifest)
	if first, twice := r.origins[o.ID]; twice {
		r.fail(&ObjectError{
			ID: o.ID, Origin: o.Origin, Err: fmt.Errorf("is already made at %s", first),
			Hint: "give one of the two another name",
		})
		return
	}
	r.origins[o.ID] = o.Origin
	r.objects = append(r.objects, o)
}

func (r *renderer) fail(err *ObjectError) { r.errs = append(r.errs, err) }

// namespace makes the release's namespace, unless it comes with the cluster.
func (r *renderer) namespace() {
	name := r.release.Namespace
	if name == "default" || strings.HasPrefix(name, "kube-") {
		return
	}
	r.add(
		Object{Address: dsl.Address{Type: "release", Name: r.release.Name}.String(), Origin: OriginOf(r.release.DeclRange), Role: RoleNamespace},
		corev1ac.Namespace(name).WithLabels(r.labels(nil)),
	)
}

// app makes the objects of one app, a governing Service before the workload
// and any other after it.
func (r *renderer) app(a *dsl.App) {
	defer r.overriding(a.Overrides, a.Name)()
	r.overrides.own = ownNames(a)
	for _, d := range []*dsl.Data{a.Config, a.Secret} {
		if d != nil {
			r.data(d, a.Lifecycle, r.appLabels(a, d.Labels))
		}
	}
	r.claims(a)
	r.account(a)
	if governing := a.Governing(); governing != nil {
		r.service(a, governing)
	}
	r.workload(a)
	if a.Autoscale != nil {
		r.autoscaler(a)
	}
	if a.Budget != nil {
		r.budget(a)
	}
	r.services(a)
	for _, c := range a.Rollout.Checks {
		r.check(a, c)
	}
}

// object returns what all objects of an app have in common.
func (r *renderer) object(a *dsl.App, role Role, at hcl.Range) Object {
	if at.Filename == "" {
		at = a.DeclRange
	}
	return Object{Address: a.Address.String(), Origin: OriginOf(at), Role: role}
}

// labels returns the labels of every object of the release, and the user's on top of
// them. These cannot be the ones that say whose the object is.
func (r *renderer) labels(user map[string]string) map[string]string {
	const ours = 5
	labels := make(map[string]string, len(user)+ours)
	labels[labelInstance] = r.release.Name
	labels[labelManagedBy] = FieldManager
	labels[LabelRelease] = r.release.Name
	maps.Copy(labels, user)
	return labels
}

// appLabels returns the labels of every object of an app. The app's version is
// not among them: it is the workload's, and a new one must not touch data,
// claims and Services that stay the same.
func (r *renderer) appLabels(a *dsl.App, user map[string]string) map[string]string {
	labels := map[string]string{labelName: a.Name, LabelApp: a.Name}
	maps.Copy(labels, user)
	maps.Copy(labels, r.labels(a.Labels))
	return labels
}

// workloadLabels returns the labels of a workload.
func (r *renderer) workloadLabels(a *dsl.App) map[string]string {
	labels := r.appLabels(a, nil)
	if _, given := labels[LabelVersion]; a.Version != "" && !given {
		labels[LabelVersion] = a.Version
	}
	return labels
}

// podLabels returns the labels of an app's pods.
func (r *renderer) podLabels(a *dsl.App) map[string]string {
	if a.PodLabels != nil {
		return maps.Clone(a.PodLabels)
	}
	return r.workloadLabels(a)
}

// selector returns the labels that find an app's pods.
func (r *renderer) selector(a *dsl.App) map[string]string { return a.PodSelector(r.release.Name) }

// selectors returns the labels that find the pods of each app.
func selectors(cfg *dsl.Config) map[string]map[string]string {
	all := make(map[string]map[string]string, len(cfg.Apps))
	for _, a := range cfg.Apps {
		all[a.Name] = a.PodSelector(cfg.Release.Name)
	}
	return all
}

// quantity reads a quantity at field of an object of the app.
func (r *renderer) quantity(id ObjectID, at hcl.Range, field, text string) resource.Quantity {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		r.fail(&ObjectError{
			ID: id, Origin: OriginOf(at), Field: field, Err: fmt.Errorf("%q is no quantity: %w", text, err),
			Hint: `write it as "250m", "0.5", "512Mi" or "1Gi"`,
		})
	}
	return q
}

// seconds returns a duration in the unit of the API, nil for none.
func seconds(d time.Duration) *int32 {
	if d == 0 {
		return nil
	}
	s := int32(d / time.Second) //nolint:gosec // 68 years of seconds fit
	return &s
}

// given returns a pointer to a value, nil for the zero value: what is not said
// is not sent.
func given[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
