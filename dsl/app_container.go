package dsl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ContainerKind tells when a container of a pod runs.
type ContainerKind string

// The kinds of container.
const (
	MainContainer    ContainerKind = ""               // the app's own
	ExtraContainer   ContainerKind = "container"      // runs beside it
	InitContainer    ContainerKind = "init_container" // runs to its end before those start
	SidecarContainer ContainerKind = "sidecar"        // starts before those, and runs beside them
)

// Container is one container of an app's pods. The arguments of the app itself
// are those of its main container.
type Container struct {
	Name       string // of the main one: most often the app's
	Role       ContainerKind
	Image      string
	PullPolicy string // Always, IfNotPresent, Never; empty leaves it to the cluster
	Command    []string
	Args       []string
	WorkingDir string
	EnvFrom    []EnvSource // whole ConfigMaps or Secrets as environment, own config and secret included, in order
	Env        []EnvVar    // each after those that it uses, else sorted by name
	Ports      []Port      // that it listens on; all of them lead to the Service
	Mounts     []Mount
	Readiness  *Probe
	Liveness   *Probe
	Startup    *Probe
	PostStart  *Hook
	PreStop    *Hook
	Resources  Resources
	Security   ContainerSecurity

	TerminationMessagePath   string // file with its last words; empty leaves it to the cluster
	TerminationMessagePolicy string // File or FallbackToLogsOnError; empty leaves it to the cluster
	Stdin, TTY               bool

	DeclRange hcl.Range            // of its block
	Ranges    map[string]hcl.Range // where its arguments and blocks are written: "image", "env.X", "port.http"
}

// Runs reports whether the container runs as long as the pod does.
func (c *Container) Runs() bool { return c.Role != InitContainer }

// Pod returns every container of an app's pods: the main one, then the others
// as they are written.
func (a *App) Pod() []*Container {
	return append([]*Container{&a.Container}, a.Containers...)
}

// containerBlock is a container in the course of decoding.
type containerBlock struct {
	*Container
	app     *appBlock
	fromEnv []entry // sensitive env values on their way into the app's own Secret

	// Of a block of its own.
	schema  *schema[containerBlock]
	content *hcl.BodyContent
}

// title names a container in errors.
func (c *containerBlock) title() string {
	if c.Role == MainContainer {
		return c.app.Address.String()
	}
	return string(c.Role) + " \"" + c.Name + "\" of " + c.app.Address.String()
}

// secretKey returns the key in the app's own Secret that holds a variable.
func (c *containerBlock) secretKey(variable string) string {
	if c.Role == MainContainer {
		return variable
	}
	return c.Name + "." + variable
}

// containerArgs are the arguments that every container has.
var containerArgs = []arg[containerBlock]{
	{
		name: "image", kind: text(func(c *containerBlock) *string { return &c.Image }, imageReference), required: true,
		doc: "Image of the container.",
	},
	{
		name: "env", kind: kind[containerBlock]{name: "map of text or objects", object: sourceSchema, decode: decodeEnv},
		doc: "Single environment variables: text, a reference to a key, or an object `{ secret = NAME, key = KEY }` or `{ field = FIELD }`. See [Environment](#environment).",
	},
	{
		name: "command", kind: textList(func(c *containerBlock) *[]string { return &c.Command }),
		doc: "Replaces the entry point of the image.",
	},
	{
		name: "args", kind: textList(func(c *containerBlock) *[]string { return &c.Args }),
		doc: "Arguments of the entry point.",
	},
	{
		name: "working_dir", kind: text(func(c *containerBlock) *string { return &c.WorkingDir }),
		doc: "Working directory; that of the image when not given.",
	},
	{
		name: "image_pull_policy", kind: text(func(c *containerBlock) *string { return &c.PullPolicy }, oneOf("Always", "IfNotPresent", "Never")),
		doc: "`\"Always\"`, `\"IfNotPresent\"` or `\"Never\"`. When not given the cluster decides.",
	},
	{
		name: "termination_message_path", kind: text(func(c *containerBlock) *string { return &c.TerminationMessagePath }, absolutePath), initial: `"/dev/termination-log"`,
		doc: "File in which the container leaves its last words.",
	},
	{
		name: "termination_message_policy", kind: text(func(c *containerBlock) *string { return &c.TerminationMessagePolicy }, oneOf("File", "FallbackToLogsOnError")), initial: `"File"`,
		doc: "`\"FallbackToLogsOnError\"` takes the end of the log where that file is empty.",
	},
	{name: "stdin", kind: boolean(func(c *containerBlock) *bool { return &c.Stdin }), initial: "false", doc: "Whether its standard input stays open."},
	{name: "tty", kind: boolean(func(c *containerBlock) *bool { return &c.TTY }), initial: "false", doc: "Whether it has a terminal, which needs `stdin`."},
}

// containerBlocks are the blocks that every container has.
var containerBlocks = []nested[containerBlock]{
	{
		name: "env_from", many: true, body: envFromSchema, decode: decodeEnvFrom,
		doc: "Takes all keys of a ConfigMap or Secret as environment variables. In case of equal names `env` comes before `secret`, this before `config`, and this before `env_from`; of several `env_from` blocks the last counts.",
	},
	{
		name: "mount", label: "path", many: true, body: mountSchema, decode: decodeMount,
		doc: "A volume, and the absolute path where the container sees it.",
	},
	{name: "resources", body: resourcesSchema, decode: decodeResources, doc: "What the container asks for, and what it may use at most."},
}

// portBlock is part of the head of an app in whatever container it stands.
var portBlock = nested[containerBlock]{
	name: "port", label: "name", many: true, body: portSchema, decode: decodePort,
	doc: "A port of the container, and of the Service in front of it.",
}

// runningBlocks are those of containers that run as long as the pod.
var runningBlocks = []nested[containerBlock]{
	{name: "readiness", body: probeSchema, decode: decodeReadiness, doc: "Says when a pod can take requests."},
	{name: "liveness", body: probeSchema, decode: decodeLiveness, doc: "Says when a container must be restarted."},
	{name: "startup", body: probeSchema, decode: decodeStartup, doc: "Says when a slow container has started; the other probes wait for it."},
	{name: "post_start", body: hookSchema, decode: decodePostStart, doc: "What is done right after the container has started; it is not ready before."},
	{name: "pre_stop", body: hookSchema, decode: decodePreStop, doc: "What is done before the container is told to stop, within `termination_grace_period`."},
}

var (
	initSchema    = newSchema(containerArgs, slices.Concat(containerBlocks, securityBlocks)...)
	runningSchema = newSchema(containerArgs, slices.Concat([]nested[containerBlock]{portBlock}, containerBlocks, runningBlocks, securityBlocks)...)
)

// podBlocks are the blocks of an app that add containers to its pods.
var podBlocks = []nested[appBlock]{
	{
		name: string(ExtraContainer), label: "name", many: true, body: runningSchema, decode: containerDecoder(ExtraContainer, runningSchema),
		doc: "One more container of each pod, beside that of the app. See [Containers](#containers).",
	},
	{
		name: string(InitContainer), label: "name", many: true, body: initSchema, decode: containerDecoder(InitContainer, initSchema),
		doc: "A container that runs to its end before those of the app start.",
	},
	{
		name: string(SidecarContainer), label: "name", many: true, body: runningSchema, decode: containerDecoder(SidecarContainer, runningSchema),
		doc: "A container that starts before those of the app, runs beside them, and stops after them.",
	},
}

// containerDecoder returns how a block with a container of its own is begun: its
// name and ports belong to the head of the app. The rest follows in
// completeContainers.
func containerDecoder(role ContainerKind, sc *schema[containerBlock]) func(*scope, *appBlock, *hcl.Block) {
	return func(s *scope, to *appBlock, b *hcl.Block) {
		c := &containerBlock{
			Container: &Container{Name: b.Labels[0], Role: role, DeclRange: b.DefRange},
			app:       to, schema: sc, content: sc.content(s, b.Body),
		}
		c.Ranges = rangesOf(c.content)
		s.checkContainerName(c, b.LabelRanges[0])
		sc.fill(s, c.content, c, isPort)
		to.others = append(to.others, c)
	}
}

func isPort(name string) bool { return name == portBlock.name }

// rangesOf notes where arguments and blocks are written.
func rangesOf(content *hcl.BodyContent) map[string]hcl.Range {
	ranges := map[string]hcl.Range{}
	for name, attr := range content.Attributes {
		ranges[name] = attr.Range
	}
	for _, b := range content.Blocks {
		ranges[strings.Join(append([]string{b.Type}, b.Labels...), ".")] = b.DefRange
	}
	return ranges
}

func (s *scope) checkContainerName(c *containerBlock, at hcl.Range) {
	if err := dnsLabel(c.Name); err != nil {
		s.report(problem(&at, "Invalid name", "The name of a container %s.", err))
	}
	if c.Name == cmp.Or(c.app.Container.Name, c.app.Name) {
		s.report(problem(&at, "Duplicate container", "The container of %s itself is named %q.", c.app.Address, c.Name))
	}
	for _, other := range c.app.others {
		if other.Name == c.Name {
			s.report(problem(&at, "Duplicate container", "There is a container %q already at %s.", c.Name, place(other.DeclRange)))
		}
	}
}

// completeContainers decodes the bodies of containers that have a block of their
// own, and settles what concerns each container.
func (s *scope) completeContainers(a *appBlock) {
	// Blocks come by type, and the order among types counts too: a sidecar that an
	// init container needs is written before it.
	slices.SortStableFunc(a.others, func(x, y *containerBlock) int {
		return cmp.Compare(x.DeclRange.Start.Byte, y.DeclRange.Start.Byte)
	})
	for _, c := range a.others {
		c.schema.fill(s, c.content, c, func(name string) bool { return !isPort(name) })
		a.Containers = append(a.Containers, c.Container)
	}
	s.completeSecret(a)
	for _, c := range a.containers() {
		c.Env = orderEnv(c.Env)
		s.checkResources(c)
		s.checkMounts(c)
		s.checkRoot(c)
		if c.TTY && !c.Stdin {
			at := c.Ranges["tty"]
			s.report(problem(&at, "Conflicting arguments", "A terminal is read from: tty needs stdin = true."))
		}
	}
	s.checkClaims(a)
	s.checkFieldContainers(a)
}

// checkFieldContainers reports fields of containers that the pod does not have.
func (s *scope) checkFieldContainers(a *appBlock) {
	var names []string
	for _, c := range a.Pod() {
		names = append(names, c.Name)
	}
	check := func(f *FieldSource, at hcl.Range) {
		if f != nil && f.Container != "" && !slices.Contains(names, f.Container) {
			s.report(problem(&at, "Unknown container", "The pods of %s have no container %q.%s", a.Address, f.Container, suggestion(f.Container, names)))
		}
	}
	for _, c := range a.Pod() {
		for _, e := range c.Env {
			check(e.Field, e.Range)
		}
	}
	for _, v := range a.Volumes() {
		for _, f := range v.fieldFiles() {
			check(&f.Field, v.DeclRange)
		}
	}
}

// containers returns all containers of the app in the order of Pod.
func (a *appBlock) containers() []*containerBlock {
	return append([]*containerBlock{&a.main}, a.others...)
}

// lifted makes arguments of a part those of the whole that it is in.
func lifted[W, P any](part func(*W) *P, args []arg[P]) []arg[W] {
	var list []arg[W]
	for _, a := range args {
		list = append(list, arg[W]{
			name: a.name, required: a.required, initial: a.initial, doc: a.doc,
			kind: kind[W]{
				name: a.kind.name, object: a.kind.object,
				decode: func(s *scope, to *W, written argument) { a.kind.decode(s, part(to), written) },
			},
		})
	}
	return list
}

// liftedBlocks does the same with blocks.
func liftedBlocks[W, P any](part func(*W) *P, blocks []nested[P]) []nested[W] {
	var list []nested[W]
	for _, b := range blocks {
		list = append(list, nested[W]{
			name: b.name, label: b.label, many: b.many, doc: b.doc, body: b.body,
			decode: func(s *scope, to *W, written *hcl.Block) { b.decode(s, part(to), written) },
		})
	}
	return list
}

// mainContainer is the container that the arguments of an app itself are about.
func mainContainer(a *appBlock) *containerBlock { return &a.main }

// grace is how long a pod may take to stop.
var grace = kind[appBlock]{name: "duration", decode: func(s *scope, to *appBlock, a argument) {
	if v, ok := s.duration(a, 0); ok {
		to.TerminationGrace = &v
	}
}}
