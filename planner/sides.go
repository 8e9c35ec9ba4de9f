package planner

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"math/big"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// sides is what a cluster holds of one app whose versions may run side by side.
type sides struct {
	app        string
	colors     map[Color]*unstructured.Unstructured // Deployments
	plain      *unstructured.Unstructured           // Deployment without color: rolling, or the stable one
	canary     *unstructured.Unstructured           // Deployment
	service    *unstructured.Unstructured           // with the traffic
	preview    *unstructured.Unstructured           // Service in front of the idle color
	autoscaler *unstructured.Unstructured
}

// sidesOf finds the objects of an app among those of its release.
func sidesOf(app string, objects map[ObjectID]*unstructured.Unstructured) *sides {
	s := &sides{app: app, colors: map[Color]*unstructured.Unstructured{}}
	for id, u := range objects {
		labels := u.GetLabels()
		if labels[LabelApp] != app {
			continue
		}
		color := Color(labels[LabelColor])
		switch {
		case isDeployment(id) && (color == Blue || color == Green):
			s.colors[color] = u
		case isDeployment(id) && labels[LabelTrack] == TrackCanary:
			s.canary = u
		case isDeployment(id):
			s.plain = u
		case id.Group == "" && id.Kind == "Service" && labels[LabelPreview] != "":
			s.preview = u
		case id.Group == "" && id.Kind == "Service" && labels[LabelTrack] == "":
			s.service = leading(s.service, u)
		case isAutoscaler(id):
			s.autoscaler = u
		}
	}
	return s
}

// leading returns the one of two Services of an app that says where its traffic goes: one
// with a color, since there is no other beside that for long.
func leading(a, b *unstructured.Unstructured) *unstructured.Unstructured {
	switch {
	case a == nil, colorOf(a) == "" && colorOf(b) != "":
		return b
	case (colorOf(a) == "") == (colorOf(b) == "") && b.GetName() < a.GetName():
		return b
	}
	return a
}

func isDeployment(id ObjectID) bool { return id.Group == "apps" && id.Kind == "Deployment" }

// active returns the color that has the traffic, or the work; empty: none has, or
// all that has is not colored.
func (s *sides) active() Color {
	if s.service != nil {
		return colorOf(s.service)
	}
	active, first := Color(""), 0
	for _, color := range []Color{Blue, Green} {
		if since := s.mark(color, AnnotationActive); since > 0 && (first == 0 || since < first) {
			active, first = color, since
		}
	}
	return active
}

// newest returns the color that the configuration's version was deployed to last.
func (s *sides) newest() Color {
	if s.mark(Green, AnnotationDeployed) > s.mark(Blue, AnnotationDeployed) {
		return Green
	}
	if s.colors[Blue] != nil {
		return Blue
	}
	return ""
}

// mark returns the revision in an annotation of a color's Deployment; 0: none.
func (s *sides) mark(color Color, annotation string) int {
	u := s.colors[color]
	if u == nil {
		return 0
	}
	revision, _ := strconv.Atoi(u.GetAnnotations()[annotation])
	return revision
}

// colorOf returns the color that a Service selects, if it is one.
func colorOf(service *unstructured.Unstructured) Color {
	text, _, _ := unstructured.NestedString(service.Object, "spec", "selector", LabelColor)
	if color := Color(text); color == Blue || color == Green {
		return color
	}
	return ""
}

// sideOf describes a live Deployment.
func sideOf(name string, u *unstructured.Unstructured) Side {
	deployed, _ := strconv.Atoi(u.GetAnnotations()[AnnotationDeployed])
	side := Side{
		Name: name, Workload: IDOf(u), Version: u.GetLabels()[LabelVersion],
		Build: u.GetAnnotations()[AnnotationBuild], Deployed: deployed,
		Pods: intOr(u, 1, "spec", "replicas"),
	}
	if intOr(u, 0, "status", "observedGeneration") == u.GetGeneration() {
		side.Ready = min(intOr(u, 0, "status", "availableReplicas"), intOr(u, 0, "status", "updatedReplicas"))
	}
	return side
}

// buildLength is that of the versions of data.
const buildLength = 10

// buildOf returns what tells the versions of an app apart: a hash of a Deployment's
// pod template as it was rendered. What only one of the sides has does not count.
func buildOf(manifest *unstructured.Unstructured) string {
	template, _, _ := unstructured.NestedMap(manifest.Object, "spec", "template")
	if metadata, ok := template["metadata"].(map[string]any); ok {
		if labels, ok := metadata["labels"].(map[string]any); ok {
			labels = maps.Clone(labels)
			delete(labels, LabelColor)
			delete(labels, LabelTrack)
			metadata["labels"] = labels
		}
	}
	text, err := json.Marshal(template) // with sorted keys
	if err != nil {
		panic(err) // a manifest is JSON
	}
	sum := sha256.Sum256(text)
	const base = 36
	return new(big.Int).SetBytes(sum[:]).Text(base)[:buildLength]
}
