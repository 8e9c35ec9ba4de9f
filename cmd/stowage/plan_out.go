package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// outFlags say where a plan is saved, and for how long it is good.
type outFlags struct {
	file    string // empty: it is not saved
	expires time.Duration
}

func (f *outFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "out", "", "save the plan to a `file`, for apply FILE")
	cmd.Flags().DurationVar(&f.expires, "expires", 0, "how long the saved plan can be applied (default: until something moves)")
}

// check returns an error when the plan could not be saved, before it is made.
func (f *outFlags) check(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("expires") && f.file == "":
		return usage("--out FILE saves it", "--expires is for a plan that is saved")
	case cmd.Flags().Changed("expires") && f.expires <= 0:
		return usage("", "--expires is %s, and must be more than 0", f.expires)
	case f.file == "" && cmd.Flags().Changed("out"):
		return usage("", "--out names no file")
	case f.file == "":
		return nil
	}
	if info, err := os.Stat(f.file); err == nil && info.IsDir() {
		return usage("", "--out %s is a directory, and must be a file", f.file)
	}
	if info, err := os.Stat(filepath.Dir(f.file)); err != nil || !info.IsDir() {
		return usage("", "--out %s: there is no directory %s", f.file, filepath.Dir(f.file))
	}
	return nil
}

// prepare has the plan be made so that it can be saved. A release without a key gets
// its key now, so that the names of its Secrets are final.
func (f *outFlags) prepare(r *recorded, options planner.Options) planner.Options {
	if f.file == "" {
		return options
	}
	options.Saved = true
	if r.key == nil {
		r.key, r.newKey = release.NewKey(), true
	}
	return options
}

// save saves the plan that was made, if that is wanted.
func (o *planOptions) save(ctx context.Context, s *session, r recorded, plan view.Planned) error {
	if o.out.file == "" {
		return nil
	}
	saved := savedPlan{
		Created: time.Now().UTC().Truncate(time.Second),
		Cluster: savedCluster{Server: s.client.Target().Server}, Source: savedSourceOf(o.identity.source(ctx)),
		OnFailure: s.release.OnFailure, ForceConflicts: o.permissions.forceConflicts,
		Record: recordRef(r.record), Keyed: !r.newKey, Saved: *planner.Save(plan.Plan, r.key),
	}
	if o.out.expires > 0 {
		saved.Expires = saved.Created.Add(o.out.expires)
	}
	if r.newKey {
		saved.Key = r.key
	}
	var err error
	if saved.Cluster.UID, err = s.clusterUID(ctx); err != nil {
		return err
	}
	if !o.destroy && len(o.target.addresses) == 0 {
		if saved.Outputs, err = recordable(plan.Outputs); err != nil {
			return err
		}
	}
	data, err := saved.encode(r.key)
	if err != nil {
		return err
	}
	if err := writeFile(o.out.file, append(data, '\n')); err != nil {
		return fmt.Errorf("the plan cannot be saved: %w", err)
	}
	return nil
}

// clusterUID returns what tells the cluster from every other one; empty when the account
// may not know it.
func (s *session) clusterUID(ctx context.Context) (string, error) {
	uid, err := s.client.ClusterUID(ctx)
	if apierrors.IsForbidden(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("cannot tell which cluster this is: %w", err)
	}
	return uid, nil
}

func savedSourceOf(from source) savedSource {
	return savedSource{Dir: from.dir, Env: from.env, Commit: from.commit, Dirty: from.dirty}
}

// showSaved tells where the plan is.
func (o *planOptions) showSaved() error {
	out := o.streams.out
	switch {
	case o.out.file == "" || o.output.is("json"):
		return nil
	case !o.format.isText():
		out = o.streams.err
	}
	text := "Saved to " + o.out.file + "."
	if o.out.expires > 0 {
		text += fmt.Sprintf(" It can be applied for %s, unless something moves.", o.out.expires)
	}
	if err := view.Gap(out); err != nil {
		return err
	}
	return view.Note(out, text+" To apply exactly this: stowage apply "+shellWord(o.out.file))
}
