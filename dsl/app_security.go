package dsl

import (
	"errors"
	"math"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Identity says as whom the processes of a pod or of one container run, and
// within what profile. What is nil or empty is left to the image and the cluster.
type Identity struct {
	User, Group *int64
	NonRoot     *bool
	Seccomp     string // RuntimeDefault, Unconfined or localhost/PATH
	AppArmor    string // the same, with the name of a profile
	SELinux     *SELinux
}

// SELinux is a security label.
type SELinux struct{ User, Role, Type, Level string }

// ContainerSecurity is what one container may do.
type ContainerSecurity struct {
	Identity
	ReadOnlyRoot        *bool
	Privileged          *bool
	PrivilegeEscalation *bool
	AddCapabilities     []string
	DropCapabilities    []string
}

// PodSecurity is what holds for all containers of a pod that say nothing else, and
// for its volumes.
type PodSecurity struct {
	Identity
	FSGroup                  *int64 // group of the files in volumes
	FSGroupPolicy            string // OnRootMismatch or Always; empty leaves it to the cluster
	SupplementalGroups       []int64
	SupplementalGroupsPolicy string // Merge or Strict; empty leaves it to the cluster
	Sysctls                  map[string]string
}

var identityArgs = []arg[Identity]{
	{name: "user", kind: id(func(i *Identity) **int64 { return &i.User }), initial: "that of the image", doc: "Number of the user that processes run as."},
	{name: "group", kind: id(func(i *Identity) **int64 { return &i.Group }), initial: "that of the image", doc: "Number of their group."},
	{name: "non_root", kind: optionalBoolean(func(i *Identity) **bool { return &i.NonRoot }), doc: "`true`: what would run as root does not start."},
	{
		name: "seccomp", kind: text(func(i *Identity) *string { return &i.Seccomp }, profile),
		doc: "System calls that are allowed: `\"RuntimeDefault\"`, `\"Unconfined\"`, or `\"localhost/PATH\"`, a profile on the node.",
	},
	{
		name: "app_armor", kind: text(func(i *Identity) *string { return &i.AppArmor }, profile),
		doc: "AppArmor profile: `\"RuntimeDefault\"`, `\"Unconfined\"`, or `\"localhost/NAME\"`.",
	},
	{name: "selinux", kind: kind[Identity]{name: "object", object: seLinuxSchema, decode: decodeSELinux}, doc: "SELinux label."},
}

var seLinuxSchema = newSchema([]arg[SELinux]{
	{name: "level", kind: text(func(l *SELinux) *string { return &l.Level }), doc: "Its level."},
	{name: "role", kind: text(func(l *SELinux) *string { return &l.Role }), doc: "Its role."},
	{name: "type", kind: text(func(l *SELinux) *string { return &l.Type }), doc: "Its type."},
	{name: "user", kind: text(func(l *SELinux) *string { return &l.User }), doc: "Its user."},
})

func decodeSELinux(s *scope, to *Identity, a argument) {
	var label SELinux
	if seLinuxSchema.decodeObject(s, a, &label) {
		to.SELinux = &label
	}
}

// containerSecurityArgs are what a container alone can have.
var containerSecurityArgs = []arg[ContainerSecurity]{
	{name: "read_only_root", kind: optionalBoolean(func(c *ContainerSecurity) **bool { return &c.ReadOnlyRoot }), initial: "false", doc: "Whether the container can write to volumes only."},
	{name: "privileged", kind: optionalBoolean(func(c *ContainerSecurity) **bool { return &c.Privileged }), initial: "false", doc: "Whether it may do what root on the node may do."},
	{name: "privilege_escalation", kind: optionalBoolean(func(c *ContainerSecurity) **bool { return &c.PrivilegeEscalation }), doc: "`false`: no process can get more rights than the one that started it."},
	{name: "capabilities", kind: kind[ContainerSecurity]{name: "object", object: capabilitySchema, decode: decodeCapabilities}, doc: "Parts of root's rights: `{ drop = [\"ALL\"], add = [\"NET_BIND_SERVICE\"] }`."},
}

var capabilitySchema = newSchema([]arg[ContainerSecurity]{
	{name: "add", kind: textList(func(c *ContainerSecurity) *[]string { return &c.AddCapabilities }, capability), doc: "Those given."},
	{name: "drop", kind: textList(func(c *ContainerSecurity) *[]string { return &c.DropCapabilities }, capability), doc: "Those taken; `\"ALL\"` takes all but the ones given."},
})

func decodeCapabilities(s *scope, to *ContainerSecurity, a argument) {
	capabilitySchema.decodeObject(s, a, to)
}

// podSecurityArgs are what a pod as a whole can have.
var podSecurityArgs = []arg[PodSecurity]{
	{name: "fs_group", kind: id(func(p *PodSecurity) **int64 { return &p.FSGroup }), doc: "Number of the group that files in volumes get, and processes too."},
	{
		name: "fs_group_policy", kind: text(func(p *PodSecurity) *string { return &p.FSGroupPolicy }, oneOf("OnRootMismatch", "Always")), initial: `"Always"`,
		doc: "`\"OnRootMismatch\"` gives files their group only where the root of the volume has another one.",
	},
	{name: "supplemental_groups", kind: ids(func(p *PodSecurity) *[]int64 { return &p.SupplementalGroups }), doc: "Numbers of more groups of the processes."},
	{
		name: "supplemental_groups_policy", kind: text(func(p *PodSecurity) *string { return &p.SupplementalGroupsPolicy }, oneOf("Merge", "Strict")), initial: `"Merge"`,
		doc: "`\"Strict\"` leaves out the groups that the image gives the user.",
	},
	{name: "sysctls", kind: textMap(func(p *PodSecurity) *map[string]string { return &p.Sysctls }, sysctl), doc: "Kernel parameters of the pod's namespaces."},
}

// securitySchema is that of a container with a block of its own.
var securitySchema = newSchema(append(
	lifted(func(c *ContainerSecurity) *Identity { return &c.Identity }, identityArgs),
	containerSecurityArgs...,
))

// appSecuritySchema is that of an app: who its processes are holds for the pod, and
// what only a container can have for its own one.
var appSecuritySchema = newSchema(append(append(
	lifted(func(a *App) *Identity { return &a.PodSecurity.Identity }, identityArgs),
	lifted(func(a *App) *PodSecurity { return &a.PodSecurity }, podSecurityArgs)...),
	lifted(func(a *App) *ContainerSecurity { return &a.Security }, containerSecurityArgs)...,
), nested[App]{
	name: "container", body: ownIdentitySchema, doc: "Who the processes of the app's own container are, in the place of what is said for all.",
	decode: func(s *scope, to *App, b *hcl.Block) { ownIdentitySchema.decode(s, b.Body, &to.Security.Identity) },
})

var ownIdentitySchema = newSchema(identityArgs)

var securityBlocks = []nested[containerBlock]{{
	name: "security", body: securitySchema, doc: "Who the processes of this container are, in the place of what `security` of the app says, and what they may do.",
	decode: func(s *scope, to *containerBlock, b *hcl.Block) {
		securitySchema.decode(s, b.Body, &to.Security)
		s.checkSecurity(&to.Security, b)
	},
}}

var appSecurityBlock = nested[appBlock]{
	name: "security", body: appSecuritySchema, doc: "Who the processes of the pods are, and what they may do. See [Security](#security).",
	decode: func(s *scope, to *appBlock, b *hcl.Block) {
		appSecuritySchema.decode(s, b.Body, to.App)
		s.checkSecurity(&to.Security, b)
	},
}

// checkRoot reports containers that could not start, being root and having not to be.
// What a container says comes before what the pod says.
func (s *scope) checkRoot(c *containerBlock) {
	user, nonRoot := c.app.PodSecurity.User, c.app.PodSecurity.NonRoot
	if c.Security.User != nil {
		user = c.Security.User
	}
	if c.Security.NonRoot != nil {
		nonRoot = c.Security.NonRoot
	}
	at := c.Ranges["security"]
	if c.Role != MainContainer && c.Security.User == nil && c.Security.NonRoot == nil {
		return // reported of the app
	}
	if user != nil && *user == 0 && isTrue(nonRoot) {
		s.report(problem(&at, "Conflicting arguments", "User 0 is root, which non_root = true forbids: %s could not start.", c.title()))
	}
}

// checkSecurity reports what the API server refuses.
func (s *scope) checkSecurity(c *ContainerSecurity, b *hcl.Block) {
	escalates := c.PrivilegeEscalation == nil || *c.PrivilegeEscalation
	if isTrue(c.Privileged) && !escalates {
		s.report(problem(&b.DefRange, "Conflicting arguments", "A privileged container has all rights already; privilege_escalation = false does not go with privileged = true."))
	}
	for _, added := range c.AddCapabilities {
		if added == "SYS_ADMIN" && !escalates {
			s.report(problem(&b.DefRange, "Conflicting arguments", "The capability SYS_ADMIN lets processes get more rights; privilege_escalation = false does not go with it."))
		}
	}
}

// id is the number of a user or group.
func id[T any](field func(*T) **int64) kind[T] {
	return kind[T]{name: "number", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.integer(a, 0, math.MaxInt32); ok {
			n := int64(v)
			*field(to) = &n
		}
	}}
}

func ids[T any](field func(*T) *[]int64) kind[T] {
	return kind[T]{name: "list of numbers", decode: func(s *scope, to *T, a argument) {
		elements, diags := hcl.ExprList(a.expr)
		if diags.HasErrors() {
			s.invalid(a, "%q must be a list of numbers, as in [1000, 2000].", a.name)
			return
		}
		for _, element := range elements {
			if v, ok := s.integer(argument{name: a.name, expr: element, rng: element.Range()}, 0, math.MaxInt32); ok {
				*field(to) = append(*field(to), int64(v))
			}
		}
	}}
}

const onNode = "localhost/"

func profile(text string) error {
	name, local := strings.CutPrefix(text, onNode)
	if text == "RuntimeDefault" || text == "Unconfined" || local && name != "" && !strings.Contains("/"+name+"/", "/../") {
		return nil
	}
	return errors.New(`must be "RuntimeDefault", "Unconfined", or "localhost/" and the profile of the node`)
}

func capability(text string) error {
	if strings.HasPrefix(text, "CAP_") {
		return errors.New(`must be written without "CAP_", as in "NET_ADMIN"`)
	}
	if text == "" || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return errors.New(`must be a capability, such as "NET_BIND_SERVICE", or "ALL"`)
	}
	return nil
}

func sysctl(text string) error {
	return matches(strings.ReplaceAll(text, "/", "."), subdomainLength, sysctlPattern, `must be the name of a kernel parameter, such as "net.core.somaxconn"`)
}
