package planner

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// immutableFields lists, by kind, the fields that cannot be changed in place.
var immutableFields = map[string][]path{
	"apps/Deployment":        fieldPaths("spec.selector"),
	"apps/DaemonSet":         fieldPaths("spec.selector"),
	"apps/StatefulSet":       fieldPaths("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
	"batch/Job":              fieldPaths("spec.selector", "spec.template", "spec.completions", "spec.completionMode", "spec.podFailurePolicy"),
	"/Service":               fieldPaths("spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.loadBalancerClass"),
	"/PersistentVolumeClaim": fieldPaths("spec.accessModes", "spec.storageClassName", "spec.volumeMode", "spec.volumeName", "spec.selector", "spec.dataSource", "spec.resources"),
	"/ConfigMap":             fieldPaths("data", "binaryData", "immutable"),
	"/Secret":                fieldPaths("data", "stringData", "immutable", "type"),

	"rbac.authorization.k8s.io/RoleBinding":        fieldPaths("roleRef"),
	"rbac.authorization.k8s.io/ClusterRoleBinding": fieldPaths("roleRef"),
}

func fieldPaths(texts ...string) []path {
	paths := make([]path, len(texts))
	for i, text := range texts {
		for name := range strings.SplitSeq(text, ".") {
			paths[i] = append(paths[i], step{field: name})
		}
	}
	return paths
}

// immutableWords are how the API server says that a field is immutable.
var immutableWords = regexp.MustCompile(`immutable|cannot change|may not change once set|may not be changed|can ?not be (changed|unset|less than)` +
	`|updates to statefulset spec|is required when|must be empty when|primary clusterIP|may not be set to 'None'`)

// replaceOrReject deals with an object that the server finds invalid: only when
// every cause is an immutable field that really differs is it replaced; anything
// else is an error of the configuration.
func (m *maker) replaceOrReject(o Object, c *Change, was *unstructured.Unstructured, err error) {
	differing := differingImmutables(o, was)
	if !explains(differing, FieldCauses(err)) {
		differing = refusedFields(FieldCauses(err))
		if differing == nil {
			m.fail(rejections(o, err, m.secret)...)
			return
		}
		if !isReplaceable(o.Manifest) {
			m.fail(hinted(rejections(o, err, m.secret), replaceHint)...)
			return
		}
	}
	m.replace(o, c, was, differing)
}

const replaceHint = "take the change back, or set replace in a lifecycle block: then the object is deleted and made anew"

// isReplaceable reports whether a manifest has the mark of lifecycle.replace.
func isReplaceable(u *unstructured.Unstructured) bool {
	return u.GetAnnotations()[AnnotationReplace] == "true"
}

// refusedFields returns the fields that the server says cannot be changed, without our
// knowing them; nil when that is not all it has against the object.
func refusedFields(causes []metav1.StatusCause) []path {
	var fields []path
	for _, cause := range causes {
		if !immutableWords.MatchString(cause.Message) {
			return nil
		}
		name, _, _ := strings.Cut(cause.Field, "[")
		fields = append(fields, fieldPaths(name)...)
	}
	return fields
}

// hinted gives errors a hint.
func hinted(errs []*ObjectError, hint string) []*ObjectError {
	for _, e := range errs {
		e.Hint = hint
	}
	return errs
}

// replace plans to delete the object and make it anew, unless that would lose
// data, or it is protected.
func (m *maker) replace(o Object, c *Change, was *unstructured.Unstructured, differing []path) {
	if reason := holdsData(o, was, differing); reason != "" {
		m.fail(dataRefusal(o, differing[0].String(), reason))
		return
	}
	if isProtected(o.Manifest) {
		m.fail(protectedReplacement(o, differing))
		return
	}
	c.Action, c.Object = Replace, o.Manifest
	c.Reason = fmt.Sprintf("%s is immutable", names(differing))
	c.Checked, c.Unchecked = false, "the server cannot check a replacement while the old object is there"
	c.affects(replaceImpact(o, was))
	m.keepCount(o, c, was)
	for _, p := range differing {
		before, _ := lookup(was.Object, p)
		after, _ := lookup(o.Manifest.Object, p)
		c.Diff = append(c.Diff, m.secret.shown(o.ID, []fieldChange{{path: p, op: Update, before: before, after: after}})...)
	}
}

// dataRefusal says that a change would lose data.
func dataRefusal(o Object, field, reason string) *ObjectError {
	return &ObjectError{
		ID: o.ID, Origin: o.Origin, Field: field, Err: errors.New("DATA: refused: " + reason),
		Hint: "take the change back, or move the data to a new claim under another name",
	}
}

// cannotGrow reports whether the server says that the storage class of a claim
// does not let it grow. It says so in the words of a missing right.
func cannotGrow(o Object, err error) bool {
	return o.Role == RoleClaim && apierrors.IsForbidden(err) && strings.Contains(err.Error(), "must support resize")
}

// differingImmutables returns the immutable fields that want has otherwise, or
// has not any more.
func differingImmutables(o Object, was *unstructured.Unstructured) []path {
	differing := withdrawn(o, was)
	for _, p := range immutableFields[o.ID.Group+"/"+o.ID.Kind] {
		want, rendered := lookup(o.Manifest.Object, p)
		live, _ := lookup(was.Object, p)
		if rendered && !within(want, live) {
			differing = append(differing, p)
		}
	}
	return differing
}

// withdrawn returns the immutable fields that we have set and render no more.
func withdrawn(o Object, was *unstructured.Unstructured) []path {
	var fields []path
	own := ownTree(was)
	for _, p := range immutableFields[o.ID.Group+"/"+o.ID.Kind] {
		_, rendered := lookup(o.Manifest.Object, p)
		if _, owned := lookup(own, managed(p)); owned && !rendered {
			fields = append(fields, p)
		}
	}
	return fields
}

// keptByServer returns those of them that the server would keep without a word,
// such as that a Service has no address.
func keptByServer(o Object, was, result *unstructured.Unstructured) []path {
	return slices.DeleteFunc(withdrawn(o, was), func(p path) bool {
		before, _ := lookup(was.Object, p)
		after, _ := lookup(result.Object, p)
		return !equalValues(before, after)
	})
}

// managed returns the path of a plain field in a tree of managed fields.
func managed(p path) path {
	keys := make(path, len(p))
	for i, s := range p {
		keys[i] = step{field: "f:" + s.field}
	}
	return keys
}

// explains reports whether the differing fields account for all causes.
func explains(differing []path, causes []metav1.StatusCause) bool {
	if len(differing) == 0 || len(causes) == 0 {
		return false
	}
	for _, cause := range causes {
		if !immutableWords.MatchString(cause.Message) || !concerns(cause.Field, differing) {
			return false
		}
	}
	return true
}

// concerns reports whether a field is one of the paths, inside one, or the whole
// spec of one (as the server says it of StatefulSets and claims).
func concerns(field string, paths []path) bool {
	for _, p := range paths {
		text := p.String()
		if field == text || strings.HasPrefix(text, field+".") || strings.HasPrefix(field, text+".") || strings.HasPrefix(field, text+"[") {
			return true
		}
		if text == "spec.clusterIP" && strings.HasPrefix(field, "spec.clusterIPs") {
			return true
		}
	}
	return false
}

// holdsData says why replacing the object would lose data, or nothing.
func holdsData(o Object, was *unstructured.Unstructured, differing []path) string {
	if why := shrinks(o, was); why != "" {
		return why
	}
	switch o.ID.Kind {
	case "PersistentVolumeClaim":
		return fmt.Sprintf("%s of a claim cannot be changed, and a new claim would be empty", names(differing))
	case "StatefulSet":
		for _, p := range differing {
			if p[len(p)-1].field == "volumeClaimTemplates" {
				return "claim templates cannot be changed, and the claims they made hold data"
			}
		}
		retention, _, _ := unstructured.NestedString(was.Object, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
		if retention == "Delete" {
			return fmt.Sprintf("%s is immutable, and deleting the StatefulSet would delete its claims", names(differing))
		}
	}
	return ""
}

func names(paths []path) string {
	texts := make([]string, len(paths))
	for i, p := range paths {
		texts[i] = p.String()
	}
	return strings.Join(texts, ", ")
}
