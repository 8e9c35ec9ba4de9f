package main

import (
	"github.com/spf13/cobra"

	"stowage/dsl"
	"stowage/planner"
)

// inputFlags are what gives variables their values.
type inputFlags struct {
	env      environment
	vars     []string
	varFiles []string
}

// register adds the flags to a command. The directory is where its arguments say that
// the configuration is.
func (f *inputFlags) register(cmd *cobra.Command, dir func(args []string) string) {
	f.env.register(cmd, dir)
	// Arrays, not slices: a value may hold commas.
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "set a variable, as `name=value`")
	cmd.Flags().StringArrayVar(&f.varFiles, "var-file", nil, "set variables from a `file`")
}

// inputs returns what comes from outside the configuration. An empty namespace
// leaves it to the release block.
func (f *inputFlags) inputs(environ []string, namespace string) dsl.Inputs {
	return dsl.Inputs{Environ: environ, Env: string(f.env), VarFiles: f.varFiles, Vars: f.vars, Namespace: namespace}
}

// clusterFlags say which cluster is meant, in kubectl's spelling.
type clusterFlags struct {
	kubeconfig string
	context    string
	namespace  string
	local      bool
}

func (f *clusterFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "`path` of the kubeconfig")
	cmd.Flags().StringVar(&f.context, "context", "", "`name` of the context in the kubeconfig")
	f.registerNamespace(cmd)
	cmd.Flags().BoolVar(&f.local, "local", false, "use the local cluster, starting it when needed")
}

// check returns an error when the flags mean two clusters.
func (f *clusterFlags) check() error {
	switch {
	case f.local && f.kubeconfig != "":
		return usage("", "--local and --kubeconfig name two clusters: leave one of them out")
	case f.local && f.context != "":
		return usage("", "--local and --context name two clusters: leave one of them out")
	}
	return nil
}

// registerNamespace adds the one flag of them that makes sense without a cluster.
func (f *clusterFlags) registerNamespace(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", "`name` of the namespace, instead of the release block's")
}

// permissionFlags allow what cannot be undone.
type permissionFlags struct {
	deleteData      bool
	deleteNamespace bool
	allowEmpty      bool
	forceConflicts  bool
	adopt           bool
	takeOwnership   bool
}

func (f *permissionFlags) register(cmd *cobra.Command) {
	f.registerDelete(cmd)
	cmd.Flags().BoolVar(&f.allowEmpty, "allow-empty", false, "allow a configuration of no objects to delete all there is")
	cmd.Flags().BoolVar(&f.forceConflicts, "force-conflicts", false, "take over fields that somebody else owns")
	cmd.Flags().BoolVar(&f.adopt, "adopt", false, "take over objects that are there already and belong to nobody")
	cmd.Flags().BoolVar(&f.takeOwnership, "take-ownership", false, "take over objects from other tools too, and fields that others have set to other values")
}

// registerDelete adds those of them that destroy has a use for.
func (f *permissionFlags) registerDelete(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.deleteData, "delete-data", false, "delete claims and custom resource definitions too, with the data they hold")
	cmd.Flags().BoolVar(&f.deleteNamespace, "delete-namespace", false, "delete the namespace too, with all that is in it")
}

func (f *permissionFlags) options() planner.Options {
	return planner.Options{
		DeleteData:      f.deleteData,
		DeleteNamespace: f.deleteNamespace,
		AllowEmpty:      f.allowEmpty,
		ForceConflicts:  f.forceConflicts,
		Adopt:           f.adopt,
		TakeOwnership:   f.takeOwnership,
	}
}
