package applier

import (
	"context"

	"stowage/internal/release"
	"stowage/planner"
)

type run struct {
	cluster Cluster
	store   *release.Store
	plan    *planner.Plan
	opts    Options
}

func newRun(cluster Cluster, store *release.Store, plan *planner.Plan, opts Options) *run {
	return &run{cluster: cluster, store: store, plan: plan, opts: opts}
}

func (r *run) all(ctx context.Context) (*Result, error) { return &Result{}, ctx.Err() }
