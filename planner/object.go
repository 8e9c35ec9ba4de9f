package planner

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// The names stowage leaves in a cluster.
const (
	// FieldManager owns every field that stowage applies.
	FieldManager = "stowage"
	// LabelRelease is on every object of a release; its value is the release's name.
	LabelRelease = "stowage.dev/release"
	// LabelApp is on every object of an app; its value is the app's name.
	LabelApp = "stowage.dev/app"
	// LabelHome is on objects that are not in the namespace of their release; its value
	// is that namespace. Releases of one name in two namespaces are two releases.
	LabelHome = "stowage.dev/namespace"
	// LabelVersion is Kubernetes' recommended label for the version of an app.
	LabelVersion = "app.kubernetes.io/version"
	// AnnotationBaseName is on versioned ConfigMaps and Secrets; its value is the
	// name without the version.
	AnnotationBaseName = "stowage.dev/base-name"
	// AnnotationPreventDestroy is "true" on objects that no plan may delete or
	// replace.
	AnnotationPreventDestroy = "stowage.dev/prevent-destroy"
	// AnnotationIgnoreChanges is on objects some fields of which are left to others once
	// they exist; its value is their paths, with spaces between them.
	AnnotationIgnoreChanges = "stowage.dev/ignore-changes"
	// AnnotationReplace is "true" on objects that may be deleted and made anew where a
	// field cannot be changed.
	AnnotationReplace = "stowage.dev/replace"
)

// ObjectID identifies an object in a cluster. It has no API version, since
// one object answers under several.
type ObjectID struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// String returns kind and name, as people say them: "Deployment petclinic".
func (id ObjectID) String() string { return fmt.Sprintf("%s %s", id.Kind, id.Name) }

// isDefinition reports whether it is the identity of a CustomResourceDefinition.
func isDefinition(id ObjectID) bool {
	return id.Group == "apiextensions.k8s.io" && id.Kind == "CustomResourceDefinition"
}

// IsSecret reports whether it is the identity of a Secret.
func (id ObjectID) IsSecret() bool { return id.Group == "" && id.Kind == "Secret" }

// IDOf returns the identity of an object.
func IDOf(u *unstructured.Unstructured) ObjectID {
	gvk := u.GroupVersionKind()
	return ObjectID{Group: gvk.Group, Kind: gvk.Kind, Namespace: u.GetNamespace(), Name: u.GetName()}
}

// Role is the part an object plays in its release.
type Role string

// The roles of objects.
const (
	RoleNamespace  Role = "namespace"
	RoleData       Role = "data" // ConfigMap or Secret
	RoleClaim      Role = "claim"
	RoleWorkload   Role = "workload"
	RoleAutoscaler Role = "autoscaler"
	RoleBudget     Role = "budget" // PodDisruptionBudget
	RoleAccess     Role = "access" // service account, and what gives it rights
	RoleService    Role = "service"
	RoleRoute      Role = "route"    // Ingress or HTTPRoute
	RoleResource   Role = "resource" // any other object of a resource block
	RoleCheck      Role = "check"    // template of the Job that checks a version, and the Job
)

// Origin is the place in the configuration that an object comes from.
type Origin struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// OriginOf returns where a range starts.
func OriginOf(r hcl.Range) Origin {
	return Origin{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column}
}

// String returns file:line, or nothing for an object of no file.
func (o Origin) String() string {
	if o.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// Object is a rendered object. Its Manifest is never modified in place.
type Object struct {
	ID       ObjectID
	Manifest *unstructured.Unstructured
	Address  string // block it comes from: "app.petclinic", "secret.mysql", "release.petclinic"
	Origin   Origin
	Role     Role
	// Ranges are where the arguments and blocks of its block are written, such as "autoscale";
	// those of a container as "web/env.PASSWORD" too.
	Ranges  map[string]hcl.Range
	Version *DataVersion // set on versioned ConfigMaps and Secrets
	// Timeout bounds how long an apply waits for the object; 0: as the command says.
	Timeout time.Duration
	// References are the blocks that the configuration wants to be there before it.
	References []dsl.Reference
	// Fields are those that the configuration writes itself, with their places; nil: none.
	Fields *dsl.Fields
	// Rollout is set on the workload of an app whose versions run side by side: it
	// stands for both of its Deployments until it is known which of them is meant.
	Rollout *Rollout
	// Untouched objects are as the cluster has them and stay so: Manifest is what was
	// applied last. They are recorded and neither compared nor waited for.
	Untouched bool
	// Run says that the object is a Job that is run and not kept.
	Run bool
	// After is what must have passed which gate before, besides what follows from the
	// object's fields and references.
	After []Need
	// Impact is what a change of it means, where its fields alone do not tell.
	Impact string
	// Move and Delay are those of the Change, if there is one.
	Move  *Move
	Delay time.Duration
}

// DataVersion tells which version of which data a ConfigMap or Secret holds.
type DataVersion struct {
	BaseName    string `json:"baseName"`
	Version     string `json:"version"`
	Provisional bool   `json:"provisional,omitempty"` // the release has no key yet: the name changes when applied
}

// at returns where a field of the object is written, or else its block.
func (o Object) at(field string) Origin {
	if o.Fields == nil || field == "" {
		return o.Origin
	}
	return OriginOf(o.Fields.Range(field))
}
