package applier

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// grow has the claims that a change names ask for more storage. It comes before the
// workload is made anew, which is what tells the next run that there is nothing left
// to do: a run that is killed in between finds the old one, and begins again.
func (r *run) grow(ctx context.Context, c *planner.Change) error {
	for _, g := range c.Grow {
		if err := r.growClaim(ctx, c.ID.Namespace, g); err != nil {
			return fmt.Errorf("claim %s does not grow: %w", g.Name, err)
		}
	}
	return nil
}

func (r *run) growClaim(ctx context.Context, namespace string, g planner.Growth) error {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	claim := g.Claim(namespace)
	live, err := r.cluster.Get(ctx, claim.GroupVersionKind(), namespace, g.Name)
	switch {
	case err != nil:
		return r.refusal(err)
	case live.GetUID() != g.UID:
		return &ChangedError{What: "was deleted and made anew by somebody else"}
	case asksFor(live, g.To):
		return nil
	}
	// The size has been somebody else's, most often the StatefulSet controller's.
	claim.SetResourceVersion(live.GetResourceVersion())
	_, err = r.cluster.Apply(ctx, claim, true)
	return r.refusal(err)
}

// asksFor reports whether a claim asks for that much storage, or more.
func asksFor(claim *unstructured.Unstructured, size string) bool {
	text, _, _ := unstructured.NestedString(claim.Object, "spec", "resources", "requests", "storage")
	have, err := resource.ParseQuantity(text)
	want, wantErr := resource.ParseQuantity(size)
	return err == nil && wantErr == nil && have.Cmp(want) >= 0
}
