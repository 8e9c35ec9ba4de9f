package dsl

import (
	"fmt"
	"math"
	"slices"
	"strings"

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
	fromEnv   []entry // sensitive env values on their way into the own Secret
	dependsOn []Reference
	rollout   rolloutBlock
	serviceAt map[string]hcl.Range // where the arguments of the service block are written
}

// appHead names the arguments and blocks that make up the head of an app.
var appHead = []string{"kind", "image", "version", "port", "service"}

var appSchema = newSchema([]arg[appBlock]{
	{
		name: "kind", kind: appKind, initial: `"Deployment"`,
		doc: "Kind of workload: `\"Deployment\"`, `\"StatefulSet\"`, `\"DaemonSet\"`, `\"Job\"` or `\"CronJob\"`. See [Kinds](#kinds).",
	},
	{
		name: "image", kind: text(func(a *appBlock) *string { return &a.Image }, imageReference), required: true,
		doc: "Image of the container.",
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
	{
		name: "env", kind: kind[appBlock]{name: "map of text or objects", object: keyObjectSchema, decode: decodeEnv},
		doc: "Single environment variables: text, a reference to a key, or an object `{ secret = NAME, key = KEY }`. See [Environment](#environment).",
	},
	{
		name: "command", kind: textList(func(a *appBlock) *[]string { return &a.Command }),
		doc: "Replaces the entry point of the image.",
	},
	{
		name: "args", kind: textList(func(a *appBlock) *[]string { return &a.Args }),
		doc: "Arguments of the entry point.",
	},
	{
		name: "working_dir", kind: text(func(a *appBlock) *string { return &a.WorkingDir }),
		doc: "Working directory; that of the image when not given.",
	},
	{
		name: "image_pull_policy", kind: text(func(a *appBlock) *string { return &a.PullPolicy }, oneOf("Always", "IfNotPresent", "Never")),
		doc: "`\"Always\"`, `\"IfNotPresent\"` or `\"Never\"`. When not given the cluster decides.",
	},
	{
		name: "labels", kind: textMap(func(a *appBlock) *map[string]string { return &a.Labels }, labelKey, labelValue),
		doc: "Labels added to every object of the app, and to its pods.",
	},
	{
		name: "annotations", kind: textMap(func(a *appBlock) *map[string]string { return &a.Annotations }, annotationKey),
		doc: "Annotations added to the pods.",
	},
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
	{
		name: "depends_on", kind: kind[appBlock]{name: "list of references", decode: decodeDependsOn},
		doc: "Blocks that must be in place first, where no expression refers to them: `[app.mysql]`.",
	},
},
	nested[appBlock]{
		name: "port", label: "name", many: true, body: portSchema, decode: decodePort,
		doc: "A port of the container, and of the Service in front of it.",
	},
	nested[appBlock]{
		name: "service", body: serviceSchema, decode: decodeService,
		doc: "More about the Service. An app with a port has a Service of its own name without this block.",
	},
	nested[appBlock]{
		name: "env_from", many: true, body: envFromSchema, decode: decodeEnvFrom,
		doc: "Takes all keys of a ConfigMap or Secret as environment variables. In case of equal names `env` comes before `secret`, this before `config`, and this before `env_from`; of several `env_from` blocks the last counts.",
	},
	nested[appBlock]{
		name: "mount", label: "path", many: true, body: mountSchema, decode: decodeMount,
		doc: "A volume, and the absolute path where the container sees it.",
	},
	nested[appBlock]{name: "readiness", body: probeSchema, decode: decodeReadiness, doc: "Says when a pod can take requests."},
	nested[appBlock]{name: "liveness", body: probeSchema, decode: decodeLiveness, doc: "Says when a container must be restarted."},
	nested[appBlock]{name: "startup", body: probeSchema, decode: decodeStartup, doc: "Says when a slow container has started; the other probes wait for it."},
	nested[appBlock]{name: "resources", body: resourcesSchema, decode: decodeResources, doc: "What the container asks for, and what it may use at most."},
	nested[appBlock]{name: "autoscale", body: autoscaleSchema, decode: decodeAutoscale, doc: "Lets the cluster choose the number of pods, by their load. See [Number of pods](#number-of-pods)."},
	nested[appBlock]{name: "job", body: jobSchema, decode: decodeJob, doc: "Job and CronJob: how many pods run, and when they have failed. See [Jobs](#jobs)."},
	nested[appBlock]{name: "cron", body: cronSchema, decode: decodeCron, doc: "CronJob, required: when its Jobs run. See [CronJobs](#cronjobs)."},
	nested[appBlock]{name: "claim_retention", body: claimRetentionSchema, decode: decodeClaimRetention, doc: "StatefulSet: what becomes of the claims that its pods have, when the pods go."},
	nested[appBlock]{name: "disruption_budget", body: budgetSchema, decode: decodeBudget, doc: "How many pods may be away because nodes are drained: a PodDisruptionBudget."},
	nested[appBlock]{name: "service_account", body: accountSchema, decode: decodeAccount, doc: "The account that the pods run under, and what it may do. See [Service account](#service-account)."},
	nested[appBlock]{name: "toleration", many: true, body: tolerationSchema, decode: decodeToleration, doc: "Lets pods run on nodes with a taint."},
	nested[appBlock]{name: "spread", many: true, body: spreadSchema, decode: decodeSpread, doc: "Divides the pods evenly among nodes or zones."},
	nested[appBlock]{name: "node_affinity", many: true, body: nodeAffinitySchema, decode: decodeNodeAffinity, doc: "Draws pods to nodes with a label, beyond what `node_selector` can say."},
	nested[appBlock]{name: "affinity", many: true, body: podAffinitySchema, decode: decodeAffinity, doc: "Draws pods to places with pods of another app."},
	nested[appBlock]{name: "anti_affinity", many: true, body: podAffinitySchema, decode: decodeAntiAffinity, doc: "Keeps pods away from places with pods of the same app, or of another one."},
	nested[appBlock]{name: "rollout", body: rolloutSchema, decode: decodeRollout, doc: "How a new version replaces the old one."},
	lifecycleBlock(func(a *appBlock) *Lifecycle { return &a.Lifecycle }),
	overrideBlock(func(a *appBlock) *[]Override { return &a.Overrides }),
)

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
	app := &App{Address: n.address, Name: n.address.Name, Kind: Deployment, DeclRange: n.declRange, Ranges: map[string]hcl.Range{}}
	s := &scope{evaluation: ev, node: n, refs: &app.References}
	a := &appBlock{App: app, scope: s, content: appSchema.content(s, n.body)}
	ev.apps[n] = a
	a.noteRanges()
	appSchema.fill(s, a.content, a, func(name string) bool { return slices.Contains(appHead, name) })
	s.checkAppName(a, n.nameRange)
	s.completeService(a)
	return s.appValue(a)
}

// noteRanges remembers where the arguments and blocks of an app are written.
func (a *appBlock) noteRanges() {
	for name, attr := range a.content.Attributes {
		a.Ranges[name] = attr.Range
	}
	for _, b := range a.content.Blocks {
		a.Ranges[strings.Join(append([]string{b.Type}, b.Labels...), ".")] = b.DefRange
	}
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
	}
	if a.Service != nil {
		ports := map[string]cty.Value{}
		for _, p := range a.Ports {
			ports[p.Name] = cty.NumberIntVal(int64(p.ServicePort))
		}
		values["host"] = cty.StringVal(a.Service.Name)
		values["fqdn"] = cty.StringVal(fmt.Sprintf("%s.%s.svc.cluster.local", a.Service.Name, namespace))
		values["port"] = cty.ObjectVal(ports)
	}
	return cty.ObjectVal(values)
}

// app decodes the body of an app, its head being evaluated.
func (ev *evaluation) app(n *node) *App {
	a := ev.apps[n]
	s := a.scope
	appSchema.fill(s, a.content, a, func(name string) bool { return !slices.Contains(appHead, name) })
	s.completeSecret(a)
	s.completeEnvFrom(a)
	s.checkMounts(a)
	s.checkKind(a)
	completeJob(a)
	s.completeRollout(a)
	s.checkResources(a)
	s.checkAutoscale(a)
	s.checkBudget(a)
	a.References = settle(append(a.References, a.dependsOn...))
	return a.App
}

// checkAppName reports names that the objects of the app could not have.
func (s *scope) checkAppName(a *appBlock, at hcl.Range) {
	err := serviceName(a.Name)
	if err == nil {
		err = checkKindName(a.Kind, a.Name)
	}
	if err != nil {
		s.report(problem(&at, "Invalid name", "The name of an app %s.", err))
	}
}
