package planner

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// annotations returns what stowage itself writes on every object of a block. The
// map is the caller's to add to.
func annotations(block dsl.Lifecycle) map[string]string {
	ours := map[string]string{}
	if block.PreventDestroy {
		ours[AnnotationPreventDestroy] = "true"
	}
	if block.Replace {
		ours[AnnotationReplace] = "true"
	}
	if len(block.IgnoreChanges) > 0 {
		paths := make([]string, len(block.IgnoreChanges))
		for i, p := range block.IgnoreChanges {
			paths[i] = strings.ReplaceAll(p.Path, " ", "")
		}
		ours[AnnotationIgnoreChanges] = strings.Join(paths, " ")
	}
	return ours
}

// ignored has the manifest of an object name those ignored fields that its kind has.
func (r *renderer) ignored(o Object, manifest *unstructured.Unstructured) *unstructured.Unstructured {
	all := ignoredIn(manifest)
	if len(all) == 0 {
		return manifest
	}
	var own []string
	for _, text := range all {
		if knowsPath(manifest, segmentsOf(text)) {
			own = append(own, text)
			r.noteIgnored(o.Address, text)
		}
	}
	return annotated(manifest, map[string]string{AnnotationIgnoreChanges: strings.Join(own, " ")})
}

// noteIgnored notes that an object of a block has an ignored field.
func (r *renderer) noteIgnored(address, path string) {
	if r.ignoredPaths == nil {
		r.ignoredPaths = map[string]map[string]bool{}
	}
	if r.ignoredPaths[address] == nil {
		r.ignoredPaths[address] = map[string]bool{}
	}
	r.ignoredPaths[address][path] = true
}

// checkIgnored reports fields to be ignored that no object of their block can have.
func (r *renderer) checkIgnored(cfg *dsl.Config) {
	blocks := map[string]dsl.Lifecycle{}
	for _, d := range cfg.Data {
		blocks[d.Address.String()] = d.Lifecycle
	}
	for _, a := range cfg.Apps {
		blocks[a.Address.String()] = a.Lifecycle
	}
	for _, i := range cfg.Ingresses {
		blocks[i.Address.String()] = i.Lifecycle
	}
	for _, res := range cfg.Resources {
		blocks[res.Address.String()] = res.Lifecycle
	}
	for address, block := range blocks {
		for _, p := range block.IgnoreChanges {
			if r.ignoredPaths[address][strings.ReplaceAll(p.Path, " ", "")] {
				continue
			}
			r.fail(&ObjectError{
				ID: r.firstOf(address), Origin: OriginOf(p.Range), Field: "lifecycle.ignore_changes",
				Err: errors.New("no object of the block has a field " + p.Path),
			})
		}
	}
}

// firstOf returns the main object of a block: its workload, or the first one.
func (r *renderer) firstOf(address string) ObjectID {
	var first ObjectID
	for _, o := range r.objects {
		if o.Address == address && (o.Role == RoleWorkload || first == ObjectID{}) {
			first = o.ID
		}
	}
	return first
}
