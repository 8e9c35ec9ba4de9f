package planner

import (
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"stowage/dsl"
)

// resource makes the object of a resource block.
func (r *renderer) resource(res *dsl.Resource) {
	k, err := r.kindOf(res)
	if err != nil {
		e := &ObjectError{ID: ObjectID{Kind: res.Kind, Name: res.Name}, Origin: OriginOf(res.KindRange), Err: err}
		if unknown := (*kindError)(nil); errors.As(err, &unknown) {
			e.Hint = unknown.hint
		}
		r.fail(e)
		return
	}
	o := Object{
		Address: res.Address.String(), Origin: OriginOf(res.DeclRange), Role: roleOfResource(k),
		References: res.References, Timeout: res.Timeout, Fields: res.Fields,
	}
	manifest := r.resourceManifest(res, k)
	if at, given := res.Ranges["namespace"]; given && k.clusterScoped {
		r.fail(&ObjectError{
			ID: IDOf(manifest), Origin: OriginOf(at), Err: errors.New("objects of this kind are in no namespace"), Hint: "leave namespace out",
		})
		return
	}
	if o.Role == RoleResource && IDOf(manifest) == r.home() {
		o.Role = RoleNamespace
	}
	if r.checkResource(res, k, manifest) {
		o.Manifest = manifest
		r.place(o)
	}
}

// resourceManifest puts an object together.
func (r *renderer) resourceManifest(res *dsl.Resource, k *kind) *unstructured.Unstructured {
	object, _ := withoutNulls(res.Fields.Values).(map[string]any)
	object = runtime.DeepCopyJSON(object)
	u := &unstructured.Unstructured{Object: object}
	u.SetGroupVersionKind(k.GroupVersionKind)
	u.SetName(res.Name)
	labels := r.labels(res.Labels)
	if !k.clusterScoped {
		u.SetNamespace(r.release.Namespace)
		if res.Namespace != "" {
			u.SetNamespace(res.Namespace)
		}
	}
	u.SetLabels(labels)
	marks := annotations(res.Lifecycle)
	for name, value := range res.Annotations {
		marks[name] = value
	}
	if len(marks) > 0 {
		u.SetAnnotations(marks)
	}
	return u
}

// markHome puts on an object that is elsewhere where its release is.
func (r *renderer) markHome(u *unstructured.Unstructured) {
	if isAtHome(u, r.release.Namespace) {
		return
	}
	labels := u.GetLabels()
	labels[LabelHome] = r.release.Namespace
	u.SetLabels(labels)
}

// home returns the identity of the release's namespace.
func (r *renderer) home() ObjectID { return ObjectID{Kind: "Namespace", Name: r.release.Namespace} }

// checkResource compares the fields with what there is in the kind, as far as that is
// known. Each error stands where its field is written.
func (r *renderer) checkResource(res *dsl.Resource, k *kind, manifest *unstructured.Unstructured) bool {
	var errs []fieldError
	var err error
	switch {
	case k.unknown:
	case k.custom != nil:
		fields, _ := withoutNulls(res.Fields.Values).(map[string]any)
		errs, err = k.custom.check(fields)
	default:
		// Decoding is far cheaper than the schema, which tells where an error is.
		if err = Validate(Object{ID: IDOf(manifest), Manifest: manifest}); err != nil {
			if checked, checkErr := checkFieldsBy(typesOf(k.GroupVersionKind), k.GroupVersion().String(), k.Kind, res.Fields.Values); checkErr == nil && len(checked.errs) > 0 {
				errs, err = checked.errs, nil
			}
		}
	}
	if err != nil {
		r.fail(&ObjectError{ID: IDOf(manifest), Origin: OriginOf(res.DeclRange), Err: err})
	}
	for _, e := range errs {
		r.fail(&ObjectError{ID: IDOf(manifest), Origin: OriginOf(res.Fields.Range(e.path)), Field: e.path, Err: e.err})
	}
	return err == nil && len(errs) == 0
}

// roleOfResource returns the part that an object of a kind plays. A Namespace that is
// not the release's own is a resource like any other.
func roleOfResource(k *kind) Role {
	switch k.Group + "/" + k.Kind {
	case "/ConfigMap", "/Secret":
		return RoleData
	case "/PersistentVolumeClaim":
		return RoleClaim
	case "/Service":
		return RoleService
	case "autoscaling/HorizontalPodAutoscaler":
		return RoleAutoscaler
	case "networking.k8s.io/Ingress", "gateway.networking.k8s.io/HTTPRoute":
		return RoleRoute
	case "/Pod", "/ReplicationController", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job", "batch/CronJob":
		return RoleWorkload
	}
	return RoleResource
}

// ownsNamespace reports whether a resource block makes the release's namespace.
func ownsNamespace(cfg *dsl.Config) bool {
	for _, r := range cfg.Resources {
		if r.Kind == "Namespace" && r.Name == cfg.Release.Namespace {
			return true
		}
	}
	return false
}
