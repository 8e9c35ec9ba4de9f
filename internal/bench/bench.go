package main

import (
	"context"
	"fmt"
)

// repeats is how often a measurement that changes nothing is made.
const repeats = 5

// bench measures one size.
type bench struct {
	dir, self, stowage, kubeconfig string
	proxy                          *proxy
	petclinics                     int
}

// row is one line of the table.
type row struct {
	what     string
	cost     cost
	floor    cost
	requests int64
	goal     goal
}

func (b *bench) run(ctx context.Context) ([]row, error) {
	floors, err := b.floors(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := b.counts(ctx)
	if err != nil {
		return nil, err
	}
	costs, err := b.costs(ctx)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, what := range measured {
		rows = append(rows, row{
			what: what, cost: costs[what], floor: floors[floorOf[what]], requests: counts[what],
			goal: goalOf(what, b.petclinics),
		})
	}
	return rows, nil
}

// What is measured, in the order in which it is shown.
const (
	noop          = "no-op plan"
	changePlan    = "plan of one value"
	changeApply   = "apply of one value, no wait"
	create        = "create, no wait"
	createAndWait = "create and wait"
	destroy       = "destroy"
)

var measured = []string{noop, changePlan, changeApply, create, createAndWait, destroy}

// floorOf names the floor beside each measurement.
var floorOf = map[string]string{
	noop: "read", changePlan: "read", changeApply: "change", create: "create", createAndWait: "wait", destroy: "destroy",
}

// floors measures the floors, in namespaces of their own.
func (b *bench) floors(ctx context.Context) (map[string]cost, error) {
	floors := map[string]cost{}
	one := func(name, work string, changed bool) error {
		var err error
		floors[work], err = b.floor(ctx, name, work, changed)
		return err
	}
	for _, step := range []struct {
		name, work string
		changed    bool
	}{
		{"floor-a", "create", false}, {"floor-a", "settle", false}, {"floor-a", "destroy", false},
		{"floor-b", "wait", false},
		{"floor-b", "read", false},
		{"floor-b", "change", true}, {"floor-b", "settle", false},
		{"floor-b", "destroy", false},
	} {
		if err := one(fmt.Sprintf("%s-%d", step.name, b.petclinics), step.work, step.changed); err != nil {
			return nil, err
		}
	}
	return floors, nil
}

// floor does the work of a floor in a namespace; with changed on the objects that
// a changed value concerns.
func (b *bench) floor(ctx context.Context, namespace, work string, changed bool) (cost, error) {
	args := []string{
		"-kubeconfig=" + b.kubeconfig, "-namespace=" + namespace, "-dir=" + b.dir, fmt.Sprintf("-count=%d", b.petclinics),
	}
	prepare := append([]string{"-job=manifests", fmt.Sprintf("-changed=%t", changed)}, args...)
	if _, err := measure(ctx, b.self, prepare...); err != nil {
		return cost{}, err
	}
	args = append([]string{"-job=" + work}, args...)
	if work == "read" {
		return best(ctx, repeats, b.self, args...)
	}
	return measure(ctx, b.self, args...)
}

// command returns the arguments of a stowage command on a configuration.
func command(verb, kubeconfig, config string, flags ...string) []string {
	return append([]string{verb, "--kubeconfig=" + kubeconfig, config}, flags...)
}

const (
	yes     = "--auto-approve"
	noWait  = "--wait=false"
	changed = "--var=test_config=v2"
)

// counts runs everything once through the proxy.
func (b *bench) counts(ctx context.Context) (map[string]int64, error) {
	config, err := writeConfiguration(b.dir, fmt.Sprintf("counted-%d", b.petclinics), 2*b.petclinics)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, step := range []struct {
		what  string
		verb  string
		flags []string
	}{
		{createAndWait, "apply", []string{yes}},
		{noop, "plan", nil},
		{changePlan, "plan", []string{changed}},
		{changeApply, "apply", []string{yes, noWait, changed}},
		{destroy, "destroy", []string{yes}},
		{create, "apply", []string{yes, noWait}},
		{"", "destroy", []string{yes}},
	} {
		counts[step.what], err = b.proxy.count(func() error {
			_, err := measure(ctx, b.stowage, command(step.verb, b.proxy.kubeconfig, config, step.flags...)...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// costs runs everything on the cluster itself.
func (b *bench) costs(ctx context.Context) (map[string]cost, error) {
	config, err := writeConfiguration(b.dir, fmt.Sprintf("bench-%d", b.petclinics), 2*b.petclinics)
	if err != nil {
		return nil, err
	}
	costs := map[string]cost{}
	for _, step := range []struct {
		what  string
		times int
		verb  string
		flags []string
	}{
		{create, 1, "apply", []string{yes, noWait}},
		{"", 1, "apply", []string{yes}}, // until it is quiet
		{"", 1, "destroy", []string{yes}},
		{createAndWait, 1, "apply", []string{yes}},
		{noop, repeats, "plan", nil},
		{changePlan, repeats, "plan", []string{changed}},
		{changeApply, 1, "apply", []string{yes, noWait, changed}},
		{"", 1, "apply", []string{yes, changed}},
		{destroy, 1, "destroy", []string{yes}},
	} {
		costs[step.what], err = best(ctx, step.times, b.stowage, command(step.verb, b.kubeconfig, config, step.flags...)...)
		if err != nil {
			return nil, err
		}
	}
	return costs, nil
}
