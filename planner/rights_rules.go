package planner

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Rule is one rule of a Role or, without a namespace, of a ClusterRole.
type Rule struct {
	Namespace string
	Group     string
	Resources []string
	Names     []string // of the only objects that it is for; empty: any
	URLs      []string // paths that are no resources; the fields before are empty then
	Verbs     []string
	Why       []string // what it is needed for, each once
}

// RulesOf returns the fewest rules that give the rights and no others, in a fixed order.
// No rule gives what another one of the same namespace and resource gives.
func RulesOf(rights []Right) []Rule {
	byResource := map[Right][]Right{}
	for _, r := range rights {
		key := Right{Namespace: r.Namespace, Group: r.Group, Resource: r.Resource}
		byResource[key] = append(byResource[key], r)
	}
	var rules []Rule
	for key, all := range byResource {
		if key.Resource == "" {
			rules = append(rules, rulesOfURLs(all)...)
			continue
		}
		rules = append(rules, rulesOfResource(key, all)...)
	}
	slices.SortFunc(rules, compareRules)
	return joinResources(rules)
}

// rulesOfResource returns the rules for one resource: one for the verbs that are needed
// for any object, and one for each set of names.
func rulesOfResource(key Right, rights []Right) []Rule {
	unnamed := map[string]bool{}
	for _, r := range rights {
		unnamed[r.Verb] = unnamed[r.Verb] || r.Name == ""
	}
	names := map[string][]string{} // by verb
	for _, r := range rights {
		if !unnamed[r.Verb] {
			names[r.Verb] = append(names[r.Verb], r.Name)
		}
	}
	byNames := map[string]*Rule{}
	for _, verb := range slices.SortedFunc(maps.Keys(unnamed), compareVerbs) {
		of := slices.Compact(slices.Sorted(slices.Values(names[verb])))
		set := strings.Join(of, "\x00")
		if byNames[set] == nil {
			byNames[set] = &Rule{Namespace: key.Namespace, Group: key.Group, Resources: []string{key.Resource}, Names: of}
		}
		rule := byNames[set]
		rule.Verbs = append(rule.Verbs, verb)
		for _, r := range rights {
			if r.Verb == verb && !slices.Contains(rule.Why, r.Why) {
				rule.Why = append(rule.Why, r.Why)
			}
		}
	}
	var rules []Rule
	for _, rule := range byNames {
		rules = append(rules, *rule)
	}
	return rules
}

// rulesOfURLs returns the rules for what is no resource, one for each path.
func rulesOfURLs(rights []Right) []Rule {
	byURL := map[string]*Rule{}
	for _, r := range rights {
		if byURL[r.URL] == nil {
			byURL[r.URL] = &Rule{URLs: []string{r.URL}}
		}
		rule := byURL[r.URL]
		if !slices.Contains(rule.Verbs, r.Verb) {
			rule.Verbs = append(rule.Verbs, r.Verb)
		}
		if !slices.Contains(rule.Why, r.Why) {
			rule.Why = append(rule.Why, r.Why)
		}
	}
	var rules []Rule
	for _, rule := range byURL {
		slices.SortFunc(rule.Verbs, compareVerbs)
		rules = append(rules, *rule)
	}
	return rules
}

// joinResources makes one rule of those that differ in the resource alone. They are
// sorted by all else.
func joinResources(rules []Rule) []Rule {
	var joined []Rule
	for _, rule := range rules {
		at := slices.IndexFunc(joined, func(other Rule) bool {
			return len(rule.Names)+len(other.Names)+len(rule.URLs)+len(other.URLs) == 0 &&
				rule.Namespace == other.Namespace && rule.Group == other.Group &&
				slices.Equal(rule.Verbs, other.Verbs) && slices.Equal(rule.Why, other.Why)
		})
		if at < 0 {
			joined = append(joined, rule)
			continue
		}
		joined[at].Resources = append(joined[at].Resources, rule.Resources...)
	}
	return joined
}

func compareRules(a, b Rule) int {
	return cmp.Or(
		cmp.Compare(a.Namespace, b.Namespace),
		cmp.Compare(len(a.URLs), len(b.URLs)), slices.Compare(a.URLs, b.URLs),
		cmp.Compare(a.Group, b.Group), slices.Compare(a.Resources, b.Resources), slices.Compare(a.Names, b.Names),
	)
}

// usualOrder is that in which people list verbs.
var usualOrder = []string{"get", "list", "watch", "create", "update", "patch", "delete"}

func compareVerbs(a, b string) int {
	rank := func(verb string) int {
		if i := slices.Index(usualOrder, verb); i >= 0 {
			return i
		}
		return len(usualOrder)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}
