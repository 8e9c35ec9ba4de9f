package dsl

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// appBlock is an app in the course of decoding. Its head is what other blocks
// can refer to, and is evaluated when the first of them does; its body may
// refer back to that.
type appBlock struct {
	*App
	scope     *scope
	content   *hcl.BodyContent
	main      containerBlock    // what the app itself says of a container
	others    []*containerBlock // with blocks of their own
	dependsOn []Reference
	rollout   rolloutBlock
	services  []*serviceBlock // as they are written
	clashing  []Port          // with another one of the app
}

// appHead names the arguments and blocks that make up the head of an app.
var appHead = []string{"name", "kind", "image", "version", "selector", "pod_labels", "container_name", "port", "container", "init_container", "sidecar", "service"}

var appNaming = objectArgs(func(a *appBlock) *string { return &a.Name }, func(a *appBlock) *[]Reference { return &a.dependsOn })

var appSchema = newSchema(slices.Concat(appNaming, []arg[appBlock]{
	{
		name: "kind", kind: appKind, initial: `"Deployment"`,
		doc: "Kind of workload: `\"Deployment\"`, `\"StatefulSet\"`, `\"DaemonSet\"`, `\"Job\"` or `\"CronJob\"`. See [Kinds](#kinds).",
	},
	{
		name: "version", kind: text(func(a *appBlock) *string { return &a.Version }, labelValue),
		doc: "Version of the app, for people: it is shown in the status and as label `app.kubernetes.io/version`, also of the pods.",
	},
	{
		name: "replicas", kind: optionalInteger(func(a *appBlock) **int32 { return &a.Replicas }, 0),
		doc: "Number of pods. When not given, a new app has 1, and a number that somebody else has set stays. Goes without `autoscale`.",
	},
	{
		name: "config", kind: kind[appBlock]{name: "map of text", decode: decodeOwnConfig},
		doc: "Environment variables that are no secrets. They become a ConfigMap `APP-config-VERSION` of the app's own; a change rolls the app.",
	},
	{
		name: "secret", kind: kind[appBlock]{name: "map of text", decode: decodeOwnSecret},
		doc: "Environment variables that are secrets. They become a Secret `APP-secret-VERSION` of the app's own; a change rolls the app.",
	},
}, lifted(mainContainer, containerArgs), []arg[appBlock]{
	{
		name: "termination_grace_period", kind: grace, initial: `"30s"`,
		doc: "How long the containers may take to stop, `pre_stop` included, before they are killed.",
	},
	{
		name: "share_processes", kind: boolean(func(a *appBlock) *bool { return &a.ShareProcesses }), initial: "false",
		doc: "Whether the containers of a pod see each other's processes.",
	},
	{
		name: "host_aliases", kind: hostAliases,
		doc: "Names that the pods know for addresses: `{ \"10.1.2.3\" = [\"db.example.com\"] }`.",
	},
	{
		name: "labels", kind: appLabels,
		doc: "Labels added to every object of the app, and to its pods unless `pod_labels` says what they have.",
	},
	{
		name: "annotations", kind: textMap(func(a *appBlock) *map[string]string { return &a.Annotations }, annotationKey),
		doc: "Annotations added to the pods.",
	},
}, podArgs, []arg[appBlock]{
	{
		name: "pod_management", kind: text(func(a *appBlock) *string { return &a.PodManagement }, oneOf("OrderedReady", "Parallel")), initial: `"OrderedReady"`,
		doc: "StatefulSet: `\"OrderedReady\"` starts pods one after the other, each when the one before is ready, and stops them the other way round; `\"Parallel\"` starts and stops all at once.",
	},
	{
		name: "image_pull_secrets", kind: pullSecrets(func(a *appBlock) *[]string { return &a.PullSecrets }),
		doc: "Secrets with the credentials of image registries: `[secret.registry]`, or names of ones that exist.",
	},
	{
		name: "node_selector", kind: textMap(func(a *appBlock) *map[string]string { return &a.Scheduling.NodeSelector }, qualifiedName, labelValue),
		doc: "Labels that a node must have to run pods of the app.",
	},
	{
		name: "priority_class", kind: text(func(a *appBlock) *string { return &a.Scheduling.PriorityClass }, subdomain),
		doc: "Name of the PriorityClass, which says whose pods come first where there is no room for all.",
	},
}), slices.Concat(
	liftedBlocks(mainContainer, []nested[containerBlock]{portBlock}),
	[]nested[appBlock]{namedVolumeBlock}, // before the mounts that name them
	liftedBlocks(mainContainer, slices.Concat(containerBlocks, runningBlocks)),
	[]nested[appBlock]{appSecurityBlock},
	podBlocks,
	hostBlocks,
	[]nested[appBlock]{
		{
			name: "service", many: true, body: serviceSchema, decode: decodeService,
			doc: "More about the Service, or a further one. An app with a port has a Service of its own name without this block. See [Services](#services).",
		},
		{name: "autoscale", body: autoscaleSchema, decode: decodeAutoscale, doc: "Lets the cluster choose the number of pods, by their load. See [Number of pods](#number-of-pods)."},
		{name: "job", body: jobSchema, decode: decodeJob, doc: "Job and CronJob: how many pods run, and when they have failed. See [Jobs](#jobs)."},
		{name: "cron", body: cronSchema, decode: decodeCron, doc: "CronJob, required: when its Jobs run. See [CronJobs](#cronjobs)."},
		{name: "claim_retention", body: claimRetentionSchema, decode: decodeClaimRetention, doc: "StatefulSet: what becomes of the claims that its pods have, when the pods go."},
		{name: "disruption_budget", body: budgetSchema, decode: decodeBudget, doc: "How many pods may be away because nodes are drained: a PodDisruptionBudget."},
		{name: "service_account", body: accountSchema, decode: decodeAccount, doc: "The account that the pods run under, and what it may do. See [Service account](#service-account)."},
		{name: "toleration", many: true, body: tolerationSchema, decode: decodeToleration, doc: "Lets pods run on nodes with a taint."},
		{name: "spread", many: true, body: spreadSchema, decode: decodeSpread, doc: "Divides the pods evenly among nodes or zones."},
		{name: "node_affinity", many: true, body: nodeAffinitySchema, decode: decodeNodeAffinity, doc: "Draws pods to nodes with a label, beyond what `node_selector` can say."},
		{name: "affinity", many: true, body: podAffinitySchema, decode: decodeAffinity, doc: "Draws pods to places with pods of another app."},
		{name: "anti_affinity", many: true, body: podAffinitySchema, decode: decodeAntiAffinity, doc: "Keeps pods away from places with pods of the same app, or of another one."},
		{name: "rollout", body: rolloutSchema, decode: decodeRollout, doc: "How a new version replaces the old one."},
		lifecycleBlock(func(a *appBlock) *Lifecycle { return &a.Lifecycle }),
		overrideBlock(func(a *appBlock) *[]Override { return &a.Overrides }),
	},
)...)

// optionalInteger keeps apart a number and none given.
func optionalInteger[T any](field func(*T) **int32, low int32) kind[T] {
	return kind[T]{name: "number", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.integer(a, low, math.MaxInt32); ok {
			*field(to) = &v
		}
	}}
}

// evaluateAppHead decodes the head of an app and returns what references see.
func (ev *evaluation) evaluateAppHead(n *node) cty.Value {
	app := &App{Address: n.address, Name: ev.defaultName(n.address), Kind: Deployment, Container: Container{DeclRange: n.declRange}}
	s := &scope{evaluation: ev, node: n, refs: &app.References}
	a := &appBlock{App: app, scope: s, content: appSchema.content(s, n.body)}
	a.main = containerBlock{Container: &app.Container, app: a}
	a.Ranges = rangesOf(a.content)
	ev.apps[n] = a
	appSchema.fill(s, a.content, a, func(name string) bool { return slices.Contains(appHead, name) })
	app.Container.Name = cmp.Or(app.Container.Name, app.Name)
	if ev.appNamed[app.Name] == nil {
		ev.appNamed[app.Name] = n // any other is reported by checkObjects
	}
	s.checkAppName(a)
	s.completePods(a)
	s.completeServices(a)
	return s.appValue(a)
}

// appValue is what references to an app see.
func (s *scope) appValue(a *appBlock) cty.Value {
	namespace, ok := s.namespace()
	if !ok {
		return cty.DynamicVal
	}
	values := map[string]cty.Value{
		"name":    cty.StringVal(a.Name),
		"image":   cty.StringVal(a.Image),
		"version": cty.StringVal(a.Version),

		"selector": s.selectorValue(a),
	}
	if a.Service != nil {
		maps.Copy(values, a.Service.values(namespace))
		further := map[string]cty.Value{}
		for _, service := range a.Services() {
			further[service.Name] = cty.ObjectVal(service.values(namespace))
		}
		values["service"] = cty.ObjectVal(further)
	}
	return cty.ObjectVal(values)
}

// app decodes the body of an app, its head being evaluated.
func (ev *evaluation) app(n *node) *App {
	a := ev.apps[n]
	s := a.scope
	appSchema.fill(s, a.content, a, func(name string) bool { return !slices.Contains(appHead, name) })
	s.completeContainers(a)
	s.checkHost(a)
	s.checkKind(a)
	completeJob(a)
	s.completeRollout(a)
	s.checkIgnored(a)
	s.checkAutoscale(a)
	s.checkBudget(a)
	a.References = settle(append(a.References, a.dependsOn...))
	return a.App
}

// checkAppName reports names that the objects of the app could not have.
func (s *scope) checkAppName(a *appBlock) {
	err := serviceName(a.Name)
	if err == nil {
		err = checkKindName(a.Kind, a.Name)
	}
	s.checkName("an app", a.Name, err)
}

// appNames returns the names of all apps, sorted, for suggestions.
func (ev *evaluation) appNames() []string {
	var names []string
	for name := range ev.appNamed {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
