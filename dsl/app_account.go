package dsl

import (
	"cmp"

	"github.com/hashicorp/hcl/v2"
)

// Account is the service account that an app's pods run under, and what it may do.
type Account struct {
	Name         string // default: the app's; or that of an account which somebody else has made
	Existing     bool   // the account itself is not rendered
	Token        *bool  // whether pods get a token of the account; nil leaves it to the account
	Annotations  map[string]string
	PullSecrets  []string // names of Secrets
	Rules        []AccessRule
	ClusterRules []AccessRule
	References   []Reference // all that must be there before the account
	DeclRange    hcl.Range
}

// AccessRule permits verbs on kinds of objects, or on paths of the API server.
type AccessRule struct {
	APIGroups     []string // "" is the core group
	Resources     []string // plural names, such as "pods" or "pods/log"
	ResourceNames []string // empty: all objects
	Paths         []string // of no object, such as "/metrics"; only in cluster rules
	Verbs         []string
	DeclRange     hcl.Range
}

// accountBlock is an Account in the course of decoding.
type accountBlock struct {
	Account
	existing string
}

var accountSchema = newSchema([]arg[accountBlock]{
	{
		name: "name", kind: text(func(a *accountBlock) *string { return &a.Name }, subdomain), initial: "the app's name",
		doc: "Name of the account that the app gets, and of the roles that say what it may do.",
	},
	{
		name: "existing", kind: text(func(a *accountBlock) *string { return &a.existing }, subdomain),
		doc: "Instead of one of its own, the name of an account that is there already, such as `\"default\"`.",
	},
	{
		name: "token", kind: optionalBoolean(func(a *accountBlock) **bool { return &a.Token }), initial: "true",
		doc: "Whether pods get a token of the account, by which they can talk to the API server.",
	},
	{
		name: "annotations", kind: textMap(func(a *accountBlock) *map[string]string { return &a.Annotations }, annotationKey),
		doc: "Annotations of the account, by which clouds give it rights of theirs.",
	},
	{
		name: "image_pull_secrets", kind: pullSecrets(func(a *accountBlock) *[]string { return &a.PullSecrets }),
		doc: "Secrets with the credentials of image registries, for all pods of the account: `[secret.registry]`.",
	},
},
	nested[accountBlock]{
		name: "rule", many: true, body: ruleSchema,
		decode: func(s *scope, to *accountBlock, b *hcl.Block) {
			to.Rules = append(to.Rules, decodeRule(s, ruleSchema, b))
		},
		doc: "Something that the account may do in the release's namespace. All of them make up a Role.",
	},
	nested[accountBlock]{
		name: "cluster_rule", many: true, body: clusterRuleSchema,
		decode: func(s *scope, to *accountBlock, b *hcl.Block) {
			to.ClusterRules = append(to.ClusterRules, decodeRule(s, clusterRuleSchema, b))
		},
		doc: "Something that the account may do in the whole cluster. All of them make up a ClusterRole.",
	},
)

var ruleArgs = []arg[AccessRule]{
	{
		name: "api_groups", kind: textList(func(r *AccessRule) *[]string { return &r.APIGroups }, apiGroup), initial: `[""]`,
		doc: "API groups of the resources; `\"\"` is the one of Pods, Services and ConfigMaps, `\"*\"` is all.",
	},
	{
		name: "resources", kind: textList(func(r *AccessRule) *[]string { return &r.Resources }, notEmpty),
		doc: "Kinds of objects, as plurals in lower case: `\"pods\"`, `\"pods/log\"`, or `\"*\"` for all.",
	},
	{
		name: "resource_names", kind: textList(func(r *AccessRule) *[]string { return &r.ResourceNames }, notEmpty), initial: "all",
		doc: "Names of the objects.",
	},
	{
		name: "verbs", kind: textList(func(r *AccessRule) *[]string { return &r.Verbs }, notEmpty), required: true,
		doc: "What is permitted: `\"get\"`, `\"list\"`, `\"watch\"`, `\"create\"`, `\"update\"`, `\"patch\"`, `\"delete\"`, or `\"*\"` for all.",
	},
}

var (
	ruleSchema        = newSchema(ruleArgs)
	clusterRuleSchema = newSchema(append(ruleArgs[:len(ruleArgs):len(ruleArgs)], arg[AccessRule]{
		name: "paths", kind: textList(func(r *AccessRule) *[]string { return &r.Paths }, urlPath),
		doc: "Instead of `resources`: paths of the API server that belong to no object, such as `\"/metrics\"` or `\"/healthz/*\"`.",
	}))
)

func decodeAccount(s *scope, to *appBlock, b *hcl.Block) {
	account := &accountBlock{Account: Account{DeclRange: b.DefRange}}
	own := *s
	own.refs = &account.References
	if own.failed(func() { accountSchema.decode(&own, b.Body, account) }) {
		return
	}
	switch account.Existing = account.existing != ""; {
	case !account.Existing:
		account.Name = cmp.Or(account.Name, to.Name)
	case account.Name != "":
		s.report(problem(&b.DefRange, "Conflicting arguments", "name is that of an account which the app gets, and existing that of one which is there already. Leave out one of them."))
	case len(account.Annotations) > 0 || len(account.PullSecrets) > 0:
		s.report(problem(&b.DefRange, "Conflicting arguments",
			"The account %q is there already, so annotations and image_pull_secrets belong to whoever made it. An app has image_pull_secrets too.", account.existing))
	}
	if account.Existing {
		account.Name = account.existing
	}
	account.References = settle(account.References)
	to.Account = &account.Account
}

func decodeRule(s *scope, schema *schema[AccessRule], b *hcl.Block) AccessRule {
	r := AccessRule{DeclRange: b.DefRange}
	if s.failed(func() { schema.decode(s, b.Body, &r) }) {
		return r
	}
	switch {
	case len(r.Verbs) == 0:
		s.report(problem(&b.DefRange, "Invalid value", `"verbs" is empty, so that the rule would permit nothing.`))
	case len(r.Paths) == 0 && len(r.Resources) == 0:
		s.report(problem(&b.DefRange, "Missing required argument", `A rule needs resources, as in resources = ["pods"].`))
	case len(r.Paths) > 0 && len(r.Resources)+len(r.ResourceNames)+len(r.APIGroups) > 0:
		s.report(problem(&b.DefRange, "Conflicting arguments", "paths belong to no objects, so that a rule has either paths or resources. Write a rule for each."))
	case len(r.Paths) == 0 && r.APIGroups == nil:
		r.APIGroups = []string{""}
	}
	return r
}

// pullSecrets is a list of Secrets: blocks, or names of ones that exist.
func pullSecrets[T any](field func(*T) *[]string) kind[T] {
	return kind[T]{name: "list of references or text", decode: func(s *scope, to *T, a argument) {
		exprs, diags := hcl.ExprList(a.expr)
		if diags.HasErrors() {
			s.invalid(a, "%q must be a list of Secrets, as in [secret.registry].", a.name)
			return
		}
		for _, expr := range exprs {
			if name, ok := s.objectName(argument{name: a.name, expr: expr, rng: expr.Range(), required: true}, Secret); ok {
				*field(to) = append(*field(to), name)
			}
		}
	}}
}
