package dsl

import (
	"math/big"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// The rollout strategies.
const (
	Rolling   = "rolling"
	Recreate  = "recreate"
	BlueGreen = "blue-green"
	Canary    = "canary"
)

// What can weigh the traffic of a canary, in place of the number of its pods.
const (
	IngressNginx = "ingress-nginx"
	GatewayAPI   = "gateway-api"
)

// rolloutBlock is a rollout block in the course of decoding. It keeps apart
// what is said and what is not.
type rolloutBlock struct {
	Rollout
	autoSwitch, preview, worker *bool
	keep                        keep
	ranges                      map[string]hcl.Range // where arguments are written
	failed                      bool                 // it could not be read, and so not be judged
}

// keep is how many pods of the previous color are kept.
type keep struct {
	given bool
	pods  *int32 // nil: all
}

var rolloutSchema = newSchema([]arg[rolloutBlock]{
	{
		name: "strategy", kind: text(func(r *rolloutBlock) *string { return &r.Strategy }, oneOf(strategies...)), initial: `"rolling"`,
		doc: "`\"rolling\"` replaces pods step by step. `\"recreate\"` stops all old pods before the first new one starts: the app is down meanwhile, and two versions never run at once. `\"blue-green\"` and `\"canary\"` run a new version beside the old one: see [Versions side by side](#versions-side-by-side).",
	},
	{name: "max_surge", kind: text(func(r *rolloutBlock) *string { return &r.MaxSurge }, numberOrPercent), initial: `"25%"`, doc: "How many pods there may be above `replicas` while pods of a Deployment are replaced, or on how many nodes the new pod of a DaemonSet may run beside the old one, then 0 by default: a number, or a percentage in quotes."},
	{name: "max_unavailable", kind: text(func(r *rolloutBlock) *string { return &r.MaxUnavailable }, numberOrPercent), initial: `"25%"`, doc: "How many of the pods may be missing meanwhile; 1 of a DaemonSet unless it has `max_surge`."},
	{name: "min_ready", kind: seconds(func(r *rolloutBlock) *time.Duration { return &r.MinReady }, 0), initial: `"0s"`, doc: "How long a pod must be ready to count as available."},
	{name: "progress_deadline", kind: seconds(func(r *rolloutBlock) *time.Duration { return &r.ProgressDeadline }, time.Second), initial: `"600s"`, doc: "How long a rollout may stand still before it counts as failed."},
	{name: "paused", kind: boolean(func(r *rolloutBlock) *bool { return &r.Paused }), initial: "false", doc: "Deployment: whether changes of its pods wait until this is taken back. `apply` does not wait for a Deployment that is paused."},
	{name: "partition", kind: optionalInteger(func(r *rolloutBlock) **int32 { return &r.Partition }, 0), initial: "0", doc: "StatefulSet: pods with a number below this one keep the version they have."},
	{name: "timeout", kind: seconds(func(r *rolloutBlock) *time.Duration { return &r.Timeout }, time.Second), initial: "that of the command", doc: "How long `apply` waits for the app."},
	{name: "auto_switch", kind: optionalBoolean(func(r *rolloutBlock) **bool { return &r.autoSwitch }), initial: "false", doc: "Blue-green: whether `apply` itself moves the traffic to the new version, once that is ready."},
	{name: "preview", kind: optionalBoolean(func(r *rolloutBlock) **bool { return &r.preview }), initial: "true", doc: "Blue-green: whether there is a Service `APP-preview` in front of the idle color."},
	{name: "keep_previous", kind: keepKind, initial: `"all"`, doc: "Blue-green: how many pods of the color that the traffic has left are kept, for a way back at once: a number, or `\"all\"`."},
	{name: "worker", kind: optionalBoolean(func(r *rolloutBlock) **bool { return &r.worker }), initial: "false", doc: "Blue-green: the app takes its work from somewhere else than a Service, so that only one color may have pods."},
	{name: "steps", kind: stepsKind, doc: "Canary, required: the percentages that the new version gets one after the other, rising, from 1 to 99."},
	{
		name: "traffic", kind: text(func(r *rolloutBlock) *string { return &r.Traffic }, oneOf(IngressNginx, GatewayAPI)), initial: "the number of pods",
		doc: "Canary: what gives the new version its share of the requests: `\"ingress-nginx\"` or `\"gateway-api\"`.",
	},
},
	nested[rolloutBlock]{
		name: "check", label: "name", many: true, body: checkSchema, decode: decodeCheck,
		doc: "Blue-green: a Job that must succeed before the traffic moves to another version, and again after it. See [Checks](#checks).",
	},
)

var strategies = []string{Rolling, Recreate, BlueGreen, Canary}

// optionalBoolean keeps apart false and not given.
func optionalBoolean[T any](field func(*T) **bool) kind[T] {
	return kind[T]{name: "bool", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.plain(a, cty.Bool); ok {
			given := v.True()
			*field(to) = &given
		}
	}}
}

var keepKind = kind[rolloutBlock]{name: "number or text", decode: func(s *scope, to *rolloutBlock, a argument) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return
	}
	to.keep.given = true
	if v.RawEquals(cty.StringVal("all")) {
		return
	}
	n, ok := wholeNumber(v, 0)
	if !ok {
		s.invalid(a, "%q must be \"all\", or a whole number of pods from 0 on.", a.name)
		return
	}
	to.keep.pods = &n
}}

// stepsKind is a list of rising percentages.
var stepsKind = kind[rolloutBlock]{name: "list of numbers", decode: func(s *scope, to *rolloutBlock, a argument) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return
	}
	const form = "%q must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before."
	if ty := v.Type(); (!ty.IsListType() && !ty.IsTupleType()) || v.LengthInt() == 0 {
		s.invalid(a, form, a.name)
		return
	}
	last := int32(0)
	for _, element := range v.Elements() {
		n, ok := wholeNumber(element, last+1)
		if !ok || n > 99 {
			s.invalid(a, form, a.name)
			return
		}
		to.Steps, last = append(to.Steps, n), n
	}
}}

// wholeNumber returns a number that is whole, at least low, and has 32 bits.
func wholeNumber(v cty.Value, low int32) (int32, bool) {
	v, err := convert.Convert(v, cty.Number)
	if err != nil || v.IsNull() {
		return 0, false
	}
	n, accuracy := v.AsBigFloat().Int64()
	return int32(n), accuracy == big.Exact && n == int64(int32(n)) && n >= int64(low) //nolint:gosec // compared
}

func decodeRollout(s *scope, to *appBlock, b *hcl.Block) {
	r := &to.rollout
	r.DeclRange = b.DefRange
	content := rolloutSchema.content(s, b.Body)
	r.ranges = make(map[string]hcl.Range, len(content.Attributes))
	for name, attr := range content.Attributes {
		r.ranges[name] = attr.Range
	}
	r.failed = s.failed(func() { rolloutSchema.fill(s, content, r, func(string) bool { return true }) })
}

// completeRollout settles what is not said, and checks what is.
func (s *scope) completeRollout(a *appBlock) {
	r := &a.rollout
	if r.Strategy == "" {
		r.Strategy = Rolling
	}
	r.AutoSwitch = isTrue(r.autoSwitch)
	r.Worker = isTrue(r.worker)
	r.Preview = r.Strategy == BlueGreen && !r.Worker && (r.preview == nil || *r.preview)
	r.KeepPrevious = r.keep.pods
	a.Rollout = r.Rollout
	if !r.failed {
		s.checkRollout(a)
	}
}

func isTrue(b *bool) bool { return b != nil && *b }
