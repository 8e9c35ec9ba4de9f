package dsl

import (
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Config is a whole configuration, evaluated and validated: every value is
// known, every reference resolved, and every list in the order a reader of the
// files would expect (by file name, then by position).
type Config struct {
	Release   Release
	Variables []*Variable
	Outputs   []*Output
	Data      []*Data // config and secret blocks; an app's own data hang off the app
	Apps      []*App
	Ingresses []*Ingress
	Resources []*Resource
}

// Address names a block in the configuration, or one instance of a block with
// for_each, such as module.db["a"].app.mysql["b"].
type Address struct {
	Module string // address of the module that the block is in; empty: the configuration itself
	Type   string // block type: app, config, secret, ingress, resource, module, variable, local, output
	Name   string // label; of a resource KIND.NAME
	Key    string // of an instance
	Keyed  bool   // this is one instance of a block with for_each: Key counts, the empty one too
}

// String returns the address as it is written in expressions.
func (a Address) String() string {
	text := a.Type + "." + a.Name
	switch {
	case a.Type == "variable":
		text = "var." + a.Name
	case a.Type == "output" && a.Module != "":
		text = a.Name
	}
	if a.Module != "" {
		text = a.Module + "." + text
	}
	if a.Keyed {
		text += "[" + strconv.Quote(a.Key) + "]"
	}
	return text
}

// block returns the address of the block that an instance is of.
func (a Address) block() Address {
	a.Key, a.Keyed = "", false
	return a
}

// instance returns the address of one instance of a block.
func (a Address) instance(key string) Address {
	a.Key, a.Keyed = key, true
	return a
}

// Release is the release block: what is planned, applied, recorded and rolled
// back as one.
type Release struct {
	Name         string
	Namespace    string   // default: "default"
	HistoryLimit int      // revisions kept, default 10
	OnFailure    string   // what an apply that fails does: stop, rollback or continue; empty: not said
	Adopt        bool     // objects that are there and belong to nobody are taken over
	Cluster      *Cluster // that the release belongs to; nil: any will do
	DeclRange    hcl.Range
}

// Variable is an input variable with the value it got. A sensitive variable's
// Value carries the Sensitive mark.
type Variable struct {
	Name        string
	Description string
	Type        cty.Type
	Value       cty.Value
	Sensitive   bool
	DeclRange   hcl.Range
}

// Output is a named result of the configuration. A sensitive output's Value
// carries the Sensitive mark.
type Output struct {
	Name        string
	Description string
	Value       cty.Value
	Sensitive   bool
	DeclRange   hcl.Range
}

// Reference is a dependency found in an expression, in depends_on, or in a
// literal that names another app's Service.
type Reference struct {
	To      Address
	Implied bool // found in a literal, not in a reference; comes with a warning
	Range   hcl.Range
}

// DataKind tells which of the two objects a Data becomes.
type DataKind string

// The kinds of object that carry an app's configuration.
const (
	ConfigMap DataKind = "ConfigMap"
	Secret    DataKind = "Secret"
)

// Data becomes one ConfigMap or Secret. It comes from a config or secret
// block, or from the attribute of that name inside an app.
type Data struct {
	Address     Address  // config.NAME, secret.NAME; app.NAME when it belongs to an app
	Kind        DataKind // ConfigMap or Secret
	BaseName    string   // the name without its version: "mysql", "petclinic-config"
	Name        string   // the object's name: BaseName, or BaseName-Version
	Version     string   // 10 characters; empty when versioned = false
	Provisional bool     // the version was computed without the release's key and will differ when applied
	Type        string   // Secret type; empty means Opaque
	Text        map[string]string
	Binary      map[string][]byte
	Labels      map[string]string
	Annotations map[string]string
	Lifecycle   Lifecycle  // of a config or secret block; an app's own data follow the app's
	Overrides   []Override // of a config or secret block
	References  []Reference
	KeyRanges   map[string]hcl.Range // where each key is written, when known
	DeclRange   hcl.Range
}

// App is the unit people think in: a workload with its configuration, its
// Service, its storage and the way it is rolled out.
type App struct {
	Address Address // app.LABEL
	Name    string  // of its objects; default: the label, and with for_each LABEL-KEY
	Kind    AppKind

	Container                 // the main one
	Containers   []*Container // the others, in the order that they are written
	Ports        []Port       // those of all containers
	NamedVolumes []*Volume    // those with a volume block; Volumes has all

	PodSecurity      PodSecurity
	Host             Host
	DNS              *DNS           // nil leaves it to the cluster
	HostAliases      []HostAlias    // by address
	TerminationGrace *time.Duration // how long a pod may take to stop; nil leaves it to the cluster (30 s)
	ShareProcesses   bool           // its containers see each other's processes

	Version     string     // free text shown in labels and status; may be empty
	Replicas    *int32     // nil leaves it to the cluster (1)
	Config      *Data      // own config; all its keys become environment variables
	Secret      *Data      // own secret (declared, and what sensitive env values were moved into)
	Service     *Service   // that host names; nil when the app has no port
	Further     []*Service // beside that one
	Autoscale   *Autoscale // nil: Replicas pods; not with Replicas
	Budget      *Budget    // nil: as many pods as somebody likes may be away
	Account     *Account   // nil: the namespace's default service account
	PullSecrets []string   // names of Secrets with the credentials of image registries
	Scheduling  Scheduling
	Rollout     Rollout
	Job         *JobRun       // set on Jobs and CronJobs
	Cron        *CronSchedule // set on CronJobs
	Lifecycle   Lifecycle
	Overrides   []Override

	// Of StatefulSets.
	PodManagement  string          // OrderedReady or Parallel; empty leaves it to the cluster (OrderedReady)
	ClaimRetention *ClaimRetention // nil leaves it to the cluster (claims stay)

	Selector  map[string]string // of the pods, in the place of stowage's own; nil: not given
	PodLabels map[string]string // all that the pods have; nil: Labels and stowage's own

	Labels      map[string]string // added to every object of the app and to its pods
	Annotations map[string]string // added to its pods
	References  []Reference       // all that must be there before the workload; data have their own
}

// Port is a port of a container, the port of the Service in front of it, or both.
type Port struct {
	Label       string // of its block: the name, or a number for a port without one
	Name        string // in the container; empty: none
	Number      int32  // container port
	Declared    bool   // the container lists it; default true
	Exposed     bool   // the Service has it; default true
	ServiceName string // in the Service, default Name; empty: none
	ServicePort int32  // Service port, default Number
	Target      string // name or number of what the Service port leads to; empty: this port
	AppProtocol string // what is spoken there; empty: not said
	Protocol    string // TCP, UDP, SCTP; default TCP
	NodePort    int32  // 0: none asked for
	HostPort    int32  // port of the node; 0: none
	DeclRange   hcl.Range
}

// Rollout says how a new version replaces the old one.
type Rollout struct {
	Strategy         string        // rolling, recreate, blue-green or canary
	MaxSurge         string        // number or percent; empty leaves it to the cluster
	MaxUnavailable   string        // number or percent; empty leaves it to the cluster
	MinReady         time.Duration // how long a pod must be ready to count as available
	ProgressDeadline time.Duration // how long a Deployment may stand still
	Paused           bool          // a Deployment stays as it is until this is taken back
	Partition        *int32        // pods of a StatefulSet below this number keep the version they have; nil: none
	Timeout          time.Duration // how long apply waits for the app; 0: the command's default

	// Of blue-green.
	AutoSwitch   bool   // apply moves traffic to the new version itself, once it is ready
	Preview      bool   // there is a Service NAME-preview in front of the idle color; default true
	Worker       bool   // the app has no Service: the idle color has no pods until the switch
	KeepPrevious *int32 // pods of the color that traffic has left; nil: all of them

	// Of canary.
	Steps   []int32 // percent of the replicas, or of the traffic, rising
	Traffic string  // what weighs traffic: "" (the number of pods), ingress-nginx, gateway-api

	Checks    []*Check // before and after traffic moves, in the order they are written
	DeclRange hcl.Range
}

// Check is a Job that must succeed before traffic moves to another version, and
// after it.
type Check struct {
	Name       string
	Image      string
	Command    []string
	Args       []string
	Env        []EnvVar      // sorted by name
	Timeout    time.Duration // of one run, retries included; default 5 minutes
	Retries    int32         // of a failed pod; default 0
	References []Reference   // all that must be there before it
	DeclRange  hcl.Range
}

// Autoscale lets the cluster choose how many pods an app has.
type Autoscale struct {
	Name      string // of the autoscaler, default the app's
	Min, Max  int32  // pods
	CPU       int32  // average use in percent of the request; 0: does not count
	Memory    int32  // the same
	DeclRange hcl.Range
}
