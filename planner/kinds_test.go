package planner

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"stowage/internal/testcluster"
)

// TestWhereBuiltInKindsAre compares what is known of the built-in kinds with what a
// cluster says of them.
func TestWhereBuiltInKindsAre(t *testing.T) {
	_, lists, err := testcluster.Start(t).Client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.APIResources {
			gvk := gv.WithKind(r.Kind)
			k, err := builtIn(r.Kind, list.GroupVersion)
			if k == nil || err != nil || !scheme.Scheme.Recognizes(gvk) || r.Group != "" && r.Group != gv.Group {
				continue // a subresource, or a kind that another test defines
			}
			compared++
			if k.clusterScoped == r.Namespaced {
				t.Errorf("%s in %s: in no namespace: %t; the cluster says %t", r.Kind, gv, k.clusterScoped, !r.Namespaced)
			}
		}
	}
	if compared < 40 {
		t.Errorf("only %d kinds compared", compared)
	}
}

func TestKindAloneMeansTheStableVersion(t *testing.T) {
	for name, want := range map[string]string{
		"Deployment":               "apps/v1",
		"Ingress":                  "networking.k8s.io/v1",
		"HorizontalPodAutoscaler":  "autoscaling/v2",
		"Service":                  "v1",
		"CronJob":                  "batch/v1",
		"CustomResourceDefinition": "apiextensions.k8s.io/v1",
		"NetworkPolicy":            "networking.k8s.io/v1",
		"EndpointSlice":            "discovery.k8s.io/v1",
	} {
		k, err := builtIn(name, "")
		if err != nil || k == nil || k.GroupVersion().String() != want {
			t.Errorf("%s: %v, %v; want %s", name, k, err, want)
		}
	}
	for _, name := range []string{"DeploymentList", "ListOptions", "Status", "Berth"} {
		if k, err := builtIn(name, ""); k != nil || err != nil {
			t.Errorf("%s: %v, %v; want none", name, k, err)
		}
	}
}
