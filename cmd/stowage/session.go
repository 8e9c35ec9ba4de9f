package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/planner"
)

// session is what the commands that speak to a cluster have in common: one
// release of one cluster.
type session struct {
	streams       *streams
	configuration *configuration // nil: the release is known by its name alone
	release       *dsl.Release
	client        *kube.Client
	target        view.Target
	store         *release.Store
	notices       *notices
}

// recorded is what the release has left in the cluster.
type recorded struct {
	record   *release.Record // the newest revision; nil: it was never applied
	prior    *planner.Prior  // the same, for planning
	key      []byte          // of the versions of Secrets; nil: it has none yet
	newKey   bool            // the key was made for a plan, and is not stored
	pending  *view.Pending   // set when the newest revision has not recorded an end
	warnings []planner.Warning
}

// recorded reads what the release has left in the cluster, and looks into what
// an interrupted run has done.
func (s *session) recorded(ctx context.Context) (recorded, error) {
	r, err := s.read(ctx)
	if err != nil {
		return r, err
	}
	var unknown []planner.Warning
	r.pending, unknown = s.pending(ctx, r)
	r.warnings = append(r.warnings, unknown...)
	return r, nil
}

// read reads what the release has left in the cluster.
func (s *session) read(ctx context.Context) (recorded, error) {
	record, key, err := s.store.Load(ctx)
	if err != nil {
		return recorded{}, s.unread(err)
	}
	prior, err := applier.PriorOf(record)
	if err != nil {
		return recorded{}, err
	}
	s.setHistoryLimit(record)
	return recorded{record: record, prior: prior, key: key, warnings: damageOf(record)}, nil
}

// damageOf warns of revisions that cannot be read.
func damageOf(record *release.Record) []planner.Warning {
	if record == nil {
		return nil
	}
	var warnings []planner.Warning
	for _, err := range record.Damaged {
		warning := planner.Warning{Summary: "The release's record is damaged", Detail: err.Error()}
		if record.ContentRevision > 0 {
			warning.Detail += fmt.Sprintf(". What belongs to the release is read from revision %d instead.", record.ContentRevision)
		}
		warnings = append(warnings, warning)
	}
	return warnings
}

// defaultHistoryLimit is that of a release whose configuration does not say.
const defaultHistoryLimit = 10

// setHistoryLimit takes the history limit from the record when there is no
// configuration that says it: nothing that the release was to keep is removed.
func (s *session) setHistoryLimit(record *release.Record) {
	if s.configuration != nil {
		return
	}
	s.release.HistoryLimit = defaultHistoryLimit
	if record != nil && record.HistoryLimit > 0 {
		s.release.HistoryLimit = record.HistoryLimit
	}
}

// unread explains why the record of the release could not be read.
func (s *session) unread(err error) error {
	var newer *release.FormatError
	var damaged *release.DamagedError
	if errors.As(err, &newer) || errors.As(err, &damaged) { // which say it themselves
		return err
	}
	err = fmt.Errorf("release %s: %w", s.release.Name, err)
	if apierrors.IsForbidden(err) {
		err = &hintError{err, "what a release has done is kept in Secrets of its namespace: " +
			"reading it takes get and list there, apply and destroy write it too"}
	}
	return err
}

// targetOf returns the target of what follows a recorded revision, and no configuration:
// the environment is that of the revision.
func (s *session) targetOf(record *release.Record) view.Target {
	target := s.target
	if record != nil {
		target.Env = record.Env
	}
	return target
}

// absent says that the release is not there.
func (s *session) absent() error {
	return fmt.Errorf("%s has no revisions: it was never applied, or it was destroyed", s.release.Name)
}

// plan evaluates the configuration with the release's key and compares it with
// the cluster. With the plan it returns what the configuration's outputs are
// once that is applied. Targets narrow it to blocks by their addresses; none: all.
func (s *session) plan(ctx context.Context, r recorded, targets []string, options planner.Options) (*planner.Plan, []view.Output, error) {
	plan, outputs, err := s.follow(ctx, r, targets, options)
	return plan, outputs, s.configuration.sourced(err)
}

func (s *session) follow(ctx context.Context, r recorded, targets []string, options planner.Options) (*planner.Plan, []view.Output, error) {
	config, warnings, err := s.configuration.evaluate(r.key)
	if err != nil {
		return nil, nil, err
	}
	kinds, err := planner.FindKinds(ctx, config, s.client)
	if err != nil {
		return nil, nil, err
	}
	objects, graph, err := order(config, kinds)
	if err != nil {
		return nil, nil, err
	}
	options.Adopt = options.Adopt || s.release.Adopt
	input := planner.Input{Objects: objects, Graph: graph, Prior: r.prior, Options: options}
	if len(targets) > 0 {
		if input.Target, err = targetOf(targets, r.record); err != nil {
			return nil, nil, err
		}
	}
	plan, err := s.make(ctx, input, slices.Concat(r.warnings, otherEnvironment(r.record, s.target.Env), warnings))
	return plan, outputsOf(config), err
}

// targetOf narrows a plan to blocks: what else there is stays as it is recorded.
func targetOf(addresses []string, record *release.Record) (*planner.Target, error) {
	target := &planner.Target{Addresses: addresses}
	if record == nil {
		return target, nil
	}
	var err error
	target.From, err = applier.RecordingOf(record)
	return target, err
}

// planDestroy plans to delete all that the release has made. The configuration
// is not evaluated: it takes no variables to delete.
func (s *session) planDestroy(ctx context.Context, r recorded, options planner.Options) (*planner.Plan, error) {
	options.Destroy = true
	return s.make(ctx, planner.Input{Prior: r.prior, Options: options}, r.warnings)
}

// planBack plans to go back to what a revision recorded.
func (s *session) planBack(ctx context.Context, r recorded, to *planner.Rollback, options planner.Options) (*planner.Plan, error) {
	return s.make(ctx, planner.Input{Rollback: to, Prior: r.prior, Options: options}, r.warnings)
}

// planSwitch plans to move versions of apps, from the cluster and the record alone.
func (s *session) planSwitch(ctx context.Context, r recorded, request *planner.Switch, options planner.Options) (*planner.Plan, error) {
	from, err := applier.RecordingOf(r.record)
	if err != nil {
		return nil, err
	}
	own := *request
	own.From = from
	return s.make(ctx, planner.Input{Switch: &own, Prior: r.prior, Options: options}, r.warnings)
}

func (s *session) make(ctx context.Context, input planner.Input, warnings []planner.Warning) (*planner.Plan, error) {
	input.Release = s.release.Name
	input.Namespace = s.release.Namespace
	input.HistoryLimit = s.release.HistoryLimit
	plan, err := planner.Make(ctx, input, s.client)
	if err != nil {
		return nil, err
	}
	warned := *plan
	warned.Warnings = slices.Concat(warnings, plan.Warnings, s.notices.take())
	return &warned, nil
}

// outputsOf returns what is shown of a configuration's outputs: of a sensitive
// one no more than that it is there.
func outputsOf(config *dsl.Config) []view.Output {
	outputs := make([]view.Output, len(config.Outputs))
	for i, output := range config.Outputs {
		outputs[i] = view.Output{Name: output.Name, Sensitive: output.Sensitive}
		if !output.Sensitive {
			outputs[i].Value = output.Value
		}
	}
	return outputs
}

// order renders a configuration, with the kinds that the cluster knows, and orders its
// objects.
func order(config *dsl.Config, kinds planner.Kinds) ([]planner.Object, *planner.Graph, error) {
	objects, err := planner.RenderWith(config, kinds)
	if err != nil {
		return nil, nil, err
	}
	graph, err := planner.NewGraph(objects)
	return objects, graph, err
}

// notices collects the warnings that a server sends with its answers, each once.
type notices struct {
	mu    sync.Mutex
	seen  map[string]bool
	fresh []planner.Warning
}

func (n *notices) add(message string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.seen[message] {
		n.seen[message] = true
		n.fresh = append(n.fresh, planner.Warning{Summary: "The server says: " + message})
	}
}

// take returns the warnings since it was called last.
func (n *notices) take() []planner.Warning {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh := n.fresh
	n.fresh = nil
	return fresh
}
