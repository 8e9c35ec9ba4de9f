package view

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"stowage/planner"
)

// Access is what an account needs, and for what.
type Access struct {
	About      string // what it is for, in a few words
	Name       string // of the Roles and ClusterRoles
	Namespaces []planner.Object
	Rules      []planner.Rule
	// Account is the service account that gets the rights; empty: nobody does yet.
	AccountNamespace, AccountName string
	Notes                         []string // what else is to be known
}

// AccessYAML writes the objects that give the rights, for kubectl apply: namespaces,
// which Roles must be in, a Role for each, a ClusterRole for the rest, and who gets them.
// Comments say what each rule is needed for.
func AccessYAML(w io.Writer, a Access) error {
	y := &accessYAML{Access: a}
	y.comment("", a.About)
	for _, note := range a.Notes {
		y.comment("", note)
	}
	for _, namespace := range a.Namespaces {
		y.namespace(namespace)
	}
	for i, rules := 0, a.Rules; i < len(rules); {
		end := i + 1
		for end < len(rules) && rules[end].Namespace == rules[i].Namespace {
			end++
		}
		y.role(rules[i:end])
		i = end
	}
	_, err := io.WriteString(w, y.String())
	return err
}

// accessYAML is the text as it grows. Values are written as JSON, which is YAML too,
// since a name may hold what means something there.
type accessYAML struct {
	Access
	strings.Builder
	documents int
}

func (y *accessYAML) line(format string, args ...any) { fmt.Fprintf(y, format+"\n", args...) }

// comment writes lines of no more than a usual width.
func (y *accessYAML) comment(indent, text string) {
	const width = 100
	line := indent + "#"
	for _, word := range strings.Fields(printable(text)) {
		if len(line)+1+len(word) > width {
			y.line("%s", line)
			line = indent + "#"
		}
		line += " " + word
	}
	y.line("%s", line)
}

func (y *accessYAML) document(apiVersion, kind, namespace, name string) {
	if y.documents > 0 {
		y.line("---")
	}
	y.documents++
	y.line("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s", apiVersion, kind, quoted(name))
	if namespace != "" {
		y.line("  namespace: %s", quoted(namespace))
	}
}

func (y *accessYAML) namespace(o planner.Object) {
	y.document("v1", "Namespace", "", o.ID.Name)
	if o.IsImplied() {
		return
	}
	y.line("  labels: # the release takes no namespace for its own that does not say so")
	labels := o.Manifest.GetLabels()
	for _, name := range []string{planner.LabelRelease, planner.LabelHome} {
		if value := labels[name]; value != "" {
			y.line("    %s: %s", name, quoted(value))
		}
	}
}

const rbacGroup = "rbac.authorization.k8s.io"

// role writes the rules of one namespace, and who they are for.
func (y *accessYAML) role(rules []planner.Rule) {
	namespace, kind := rules[0].Namespace, "Role"
	if namespace == "" {
		kind = "ClusterRole"
	}
	y.document(rbacGroup+"/v1", kind, namespace, y.Name)
	y.line("rules:")
	for _, rule := range rules {
		y.rule(rule)
	}
	if y.AccountName == "" {
		return
	}
	y.document(rbacGroup+"/v1", kind+"Binding", namespace, y.Name)
	y.line("roleRef: {apiGroup: %s, kind: %s, name: %s}", rbacGroup, kind, quoted(y.Name))
	y.line("subjects:\n  - {kind: ServiceAccount, namespace: %s, name: %s}", quoted(y.AccountNamespace), quoted(y.AccountName))
}

func (y *accessYAML) rule(rule planner.Rule) {
	y.comment("  ", "To "+strings.Join(rule.Why, "; to ")+".")
	if len(rule.URLs) > 0 {
		y.line("  - nonResourceURLs: %s", quotedAll(rule.URLs))
	} else {
		y.line("  - apiGroups: [%s]\n    resources: %s", quoted(rule.Group), quotedAll(rule.Resources))
	}
	if len(rule.Names) > 0 {
		y.line("    resourceNames: %s", quotedAll(rule.Names))
	}
	y.line("    verbs: %s", quotedAll(rule.Verbs))
}

func quotedAll(values []string) string {
	list := slices.Clone(values)
	for i, value := range list {
		list[i] = quoted(value)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func quoted(value string) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // a string is JSON
	}
	return string(text)
}
