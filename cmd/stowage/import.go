package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/internal/importer"
)

type importOptions struct {
	streams     *streams
	cluster     clusterFlags
	output      output
	paths       []string
	fromCluster bool
	chosen      chosenObjects
	dir         string // --out
	name        string
	keepNames   bool
	check       bool
	force       bool
}

func newImport(s *streams) *cobra.Command {
	o := importOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "import [PATH... | -]",
		Short: "Write a configuration for manifests, or for what runs in a cluster",
		Long: `Write the configuration of what exists: of manifests in files, directories (with all
*.yaml, *.yml and *.json in them) and standard input (-), or of objects in a cluster.

What is written says the same as the objects, field by field: import renders it and
compares. What no block can say is written as override or as resource. What changes
all the same, names with versions and labels, is listed. Manifests that the API would
not take are told with file and line; the others are imported, and the exit code is 1.

The directory is --out, or has the name of the release; it must be absent or empty.
--check writes none unless --out is given, and ends with exit code 1 when there is a
difference. Values of Secrets go to secrets.auto.vars.hcl, which only its owner can
read and git is told to ignore; they are shown nowhere.

From a cluster all objects of a namespace are imported, or those with labels, of a
Helm release or of a kapp app. Nothing is written to the cluster. The configuration
says adopt = true, so that the first apply takes over what runs, without a restart.`,
		Example: `  stowage import k8s/ --out shop
  helm template shop ./chart | stowage import - --name shop
  kustomize build overlays/prod | stowage import -
  stowage import --from-cluster -n shop`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return o.run(cmd)
		},
	}
	cmd.Flags().StringVar(&o.dir, "out", "", "`directory` for the configuration (default: the name of the release)")
	_ = cmd.MarkFlagDirname("out")
	cmd.Flags().StringVar(&o.name, "name", "", "`name` of the release (default: that of the namespace, of the directory, or of the first app)")
	cmd.Flags().BoolVar(&o.keepNames, "keep-names", false, "leave ConfigMaps, Secrets and Jobs their names, instead of giving each content one")
	cmd.Flags().BoolVar(&o.check, "check", false, "compare what would be written with what there is, and write nothing")
	cmd.Flags().BoolVar(&o.force, "force", false, "write to a directory that is not empty, over files that are there")
	cmd.Flags().BoolVar(&o.fromCluster, "from-cluster", false, "import what runs in the namespace that -n names")
	o.chosen.register(cmd)
	o.cluster.register(cmd)
	cmd.Flags().Lookup("namespace").Usage = "`name` of the namespace of the release, and of what names none (default: the one that the manifests name most)"
	o.output.register(cmd, "json")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if o.fromCluster {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault
	}
	return cmd
}

// checkFlags returns an error when the command line makes no sense.
func (o *importOptions) checkFlags(cmd *cobra.Command) error {
	switch {
	case o.fromCluster && len(o.paths) > 0:
		return usage("", "--from-cluster and %s are two sources: leave one of them out", o.paths[0])
	case o.fromCluster && o.cluster.namespace == "":
		return usage("-n names it", "--from-cluster needs the namespace to import")
	case o.fromCluster:
		return errors.Join(o.chosen.check(), o.cluster.check())
	case len(o.paths) == 0:
		return usage("stowage import k8s/ for files, stowage import - for standard input, stowage import --from-cluster -n NAMESPACE for what runs",
			"there is nothing to import")
	}
	for _, name := range []string{"selector", "helm-release", "kapp-app", "kubeconfig", "context", "local"} {
		if cmd.Flags().Changed(name) {
			return usage("", "--%s is for --from-cluster: manifests are imported without a cluster", name)
		}
	}
	return nil
}

func (o *importOptions) run(cmd *cobra.Command) error {
	if err := o.checkFlags(cmd); err != nil {
		return err
	}
	ctx := cmd.Context()
	from, err := o.read(ctx)
	if err != nil {
		return err
	}
	if len(from.documents) == 0 {
		return o.nothing(from)
	}
	options, err := o.options(from)
	if err != nil {
		return err
	}
	result, err := importer.Import(from.documents, options)
	if err != nil {
		return fmt.Errorf("the import has failed: %w", err) // a fault of the importer, or of the disk
	}
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	dir := cmp.Or(o.dir, result.Release)
	report := o.report(from, result, dir)
	if report.Written {
		if report.Others, err = o.write(dir, result.Files); err != nil {
			return err
		}
	}
	return o.show(report)
}

// nothing ends a command that has found no object to import.
func (o *importOptions) nothing(from *importSource) error {
	if findings := findingsOfImport(from.problems, nil); len(findings) > 0 {
		return o.show(view.Import{Dir: o.dir, Left: from.left, Unread: from.unread, Diagnostics: findings})
	}
	if !o.fromCluster {
		return fmt.Errorf("there is no object in %s that could be imported", enumeration(o.paths, "and"))
	}
	err := fmt.Errorf("there is no object in namespace %s that could be imported", o.cluster.namespace)
	var reasons []string
	for _, left := range from.left {
		reasons = append(reasons, left.String())
	}
	if len(from.unread) > 0 {
		reasons = append(reasons, view.UnreadText(from.unread))
	}
	if len(reasons) > 0 {
		return &hintError{err, strings.Join(reasons, "\n")}
	}
	return err
}

// write writes the configuration, and returns what else is in its directory.
func (o *importOptions) write(dir string, imported []importer.File) ([]string, error) {
	files := make([]sourceFile, len(imported))
	for i, f := range imported {
		files[i] = sourceFile(f)
	}
	others, err := otherFiles(dir, files)
	if err != nil {
		return nil, err
	}
	const hint = "--out names another directory; --force writes there all the same, and deletes nothing"
	if len(others) > 0 && !o.force {
		return nil, &hintError{fmt.Errorf("%s is not empty: it has %s", dir, enumeration(others, "and")), hint}
	}
	err = writeFiles(dir, files, o.force)
	if conflict := (*conflictError)(nil); errors.As(err, &conflict) {
		return nil, &hintError{conflict, hint}
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be written: %w", err)
	}
	return slices.DeleteFunc(others, func(name string) bool {
		return !strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".hcl.json")
	}), nil
}

// show tells what was imported, and ends the command with an error where something was not,
// or is not as it was.
func (o *importOptions) show(report view.Import) error {
	out := o.streams.out
	o.streams.github.annotate(report.Diagnostics)
	err := view.ImportProblems(o.streams.err, report.Diagnostics)
	switch {
	case err != nil:
	case o.output.is("json"):
		err = view.ImportJSON(out.Out, report)
	default:
		err = view.ShowImport(out, report, o.keepNames || o.fromCluster, o.check)
	}
	if err == nil && len(report.Diagnostics)+len(report.Differences) > 0 {
		return errShown
	}
	return err
}
