package planner_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const harbourOrder = `
release "harbour" { namespace = "NAMESPACE" }

resource "EndpointSlice" "db-1" {
  labels      = { "kubernetes.io/service-name" = "db" }
  addressType = "IPv4"
  endpoints   = []
}

resource "Service" "db" {
  spec = { ports = [{ port = 5432 }] }
}

resource "PersistentVolumeClaim" "log" {
  spec = {
    accessModes      = ["ReadWriteOnce"]
    storageClassName = "slow"
    resources        = { requests = { storage = "1Gi" } }
  }
}

resource "PersistentVolume" "mine" {
  spec = { storageClassName = "slow" }
}

resource "PersistentVolume" "theirs" {
  spec = { storageClassName = "slow", claimRef = { name = "other", namespace = "NAMESPACE" } }
}

resource "PersistentVolume" "fast" {
  spec = { storageClassName = "fast" }
}

resource "StorageClass" "slow" { provisioner = "example.com/slow" }

resource "Ingress" "front" {
  spec = { ingressClassName = "own", defaultBackend = { service = { name = "db", port = { number = 5432 } } } }
}

resource "IngressClass" "own" { spec = { controller = "example.com/own" } }

resource "Pod" "sailor" {
  namespace = "tools"
  spec      = { priorityClassName = "first", containers = [{ name = "sailor", image = "nginx" }] }
}

resource "PriorityClass" "first" { value = 1000 }

resource "Namespace" "tools" {}

resource "ConfigMap" "after" {
  data = { pod = resource.Pod.sailor.name, claim = resource.PersistentVolumeClaim.log.name }
}
`

// What the fields of an object name comes before it, wherever it is written.
func TestObjectsComeAfterWhatTheyName(t *testing.T) {
	c := &cluster{namespace: "harbour"}
	objects := mustRender(t, c.evaluate(t, harbourOrder))
	graph := mustGraph(t, objects)
	got := map[string][]string{}
	for _, o := range objects {
		for _, need := range graph.Needs(o.ID) {
			got[o.ID.String()] = append(got[o.ID.String()], need.ID.String()+" "+string(need.Gate))
		}
		slices.Sort(got[o.ID.String()])
	}
	want := map[string][]string{
		"EndpointSlice db-1":        {"Service db applied"},
		"Service db":                {"Namespace harbour applied"},
		"PersistentVolumeClaim log": {"Namespace harbour applied", "PersistentVolume mine applied", "StorageClass slow applied"},
		"PersistentVolume mine":     {"StorageClass slow applied"},
		"PersistentVolume theirs":   {"StorageClass slow applied"},
		"Ingress front":             {"IngressClass own applied", "Service db applied"},
		"Pod sailor":                {"Namespace tools applied", "PriorityClass first applied"},
		"ConfigMap after":           {"PersistentVolumeClaim log applied", "Pod sailor ready"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
