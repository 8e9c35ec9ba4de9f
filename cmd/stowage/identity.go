package main

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
	"stowage/internal/release"
)

// identity says which release of which cluster is meant: the one of a
// configuration, or one by its name, for which no configuration is needed.
type identity struct {
	inputs  inputFlags
	cluster clusterFlags
	dir     string // of the configuration; empty: the working directory
	name    string // --release
}

// register adds what a command needs that cannot do without a configuration.
func (i *identity) register(cmd *cobra.Command) {
	i.inputs.register(cmd, i.directoryWith)
	i.cluster.register(cmd)
	cmd.Flags().StringVarP(&i.dir, "dir", "C", "", "`directory` of the configuration (default .)")
	_ = cmd.MarkFlagDirname("dir")
}

// registerName adds the flag for commands that can.
func (i *identity) registerName(cmd *cobra.Command) {
	i.register(cmd)
	cmd.Flags().StringVar(&i.name, "release", "", "`name` of the release, with -n its namespace: no configuration is read")
}

// aboutIdentity is what the help of a command says of these flags.
const aboutIdentity = `
Of the configuration only the release block is read, so no variable needs a
value unless that block uses it. Where there is no configuration, --release and
-n name the release.`

// set takes the directory from the arguments of a command that has no others.
func (i *identity) set(args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case i.dir != "":
		return usage("", "-C %s and the argument %s name two directories: leave one of them out", i.dir, args[0])
	}
	i.dir = args[0]
	return nil
}

// check returns an error when the flags contradict each other.
func (i *identity) check() error {
	switch {
	case i.name == "":
	case i.dir != "":
		return usage("", "--release and the directory %s name two releases: leave one of them out", i.dir)
	case i.inputs.env != "":
		return usage("", "--release reads no configuration, so there is no environment to choose")
	case len(i.inputs.vars)+len(i.inputs.varFiles) > 0:
		return usage("", "--release reads no configuration, so there are no variables to set")
	case i.cluster.namespace == "":
		return usage("-n names it", "--release needs the namespace of the release")
	}
	return i.cluster.check()
}

// open finds out which release it is, and connects to the cluster. No request is
// made but the one that tells the cluster, where the release is bound by its UID.
func (i *identity) open(ctx context.Context, s *streams) (*session, error) {
	if err := i.check(); err != nil {
		return nil, err
	}
	configuration, found, err := i.identify(s)
	if err != nil {
		return nil, err
	}
	notices := &notices{seen: make(map[string]bool)}
	client, err := i.cluster.connect(ctx, s, notices.add)
	if err != nil {
		return nil, err
	}
	if err := i.checkCluster(ctx, configuration, found.Cluster, client); err != nil {
		return nil, err
	}
	target := client.Target()
	return &session{
		streams:       s,
		configuration: configuration,
		release:       found,
		client:        client,
		target:        view.Target{Env: string(i.inputs.env), Context: target.Context, Server: target.Server, Namespace: found.Namespace},
		store:         release.NewStore(client, found.Namespace, found.Name),
		notices:       notices,
	}, nil
}

// identify returns the release, and the configuration when there is one.
func (i *identity) identify(s *streams) (*configuration, *dsl.Release, error) {
	if i.name != "" {
		return nil, &dsl.Release{Name: i.name, Namespace: i.cluster.namespace}, nil
	}
	configuration, err := load(i.directory(), i.inputs.inputs(s.environ, i.cluster.namespace))
	if err != nil {
		return nil, nil, err
	}
	found, err := configuration.identify()
	return configuration, found, err
}

// directory returns the configuration's directory; empty when there is none.
func (i *identity) directory() string {
	if i.dir == "" && i.name == "" {
		return "."
	}
	return i.dir
}

// directoryWith returns the configuration's directory of a command line that is being
// typed, of which the arguments may name it.
func (i *identity) directoryWith(args []string) string {
	if i.dir == "" && len(args) > 0 {
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
			return args[0]
		}
	}
	return i.directory()
}

// flags returns what names the same release and cluster on the command line of
// another command. Values of variables are left out: few release blocks use any,
// and they may be secret.
func (i *identity) flags() string {
	var flags []string
	add := func(flag, value string) {
		if value != "" {
			flags = append(flags, flag, shellWord(value))
		}
	}
	if dir := i.directory(); dir != "." {
		add("-C", dir)
	}
	add("--env", string(i.inputs.env))
	add("--release", i.name)
	add("-n", i.cluster.namespace)
	add("--kubeconfig", i.cluster.kubeconfig)
	add("--context", i.cluster.context)
	if i.cluster.local {
		flags = append(flags, "--local")
	}
	return strings.Join(flags, " ")
}

// bareShellWord matches what a shell takes as it stands.
var bareShellWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellWord returns text as a shell reads one word.
func shellWord(text string) string {
	if bareShellWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// source returns the configuration as a source; an empty one when there is none.
func (i *identity) source(ctx context.Context) source {
	if i.name != "" {
		return source{}
	}
	return sourceOf(ctx, i.directory(), string(i.inputs.env))
}

// revisionArg returns the revision that a command's argument names; 0 when there
// is no argument.
func revisionArg(cmd *cobra.Command, args []string) (int, error) {
	switch {
	case len(args) == 0:
		return 0, nil
	case len(args) > 1:
		return 0, usage("", "%s takes one revision, not %d arguments", cmd.Name(), len(args))
	}
	revision, err := strconv.Atoi(args[0])
	if err != nil || revision < 1 {
		return 0, usage("-C names the directory of the configuration", "%q is no revision, which is a number from 1 on", args[0])
	}
	return revision, nil
}
