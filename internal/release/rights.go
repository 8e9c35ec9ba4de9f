package release

import "k8s.io/apimachinery/pkg/runtime/schema"

// Access is what a store asks of a cluster about one kind, all in the namespace of the
// release.
type Access struct {
	Kind  schema.GroupVersionKind
	Name  string // of the only object; empty: any
	Verbs []string
	Why   string // in words that go on from "this is needed to"
}

// AccessToRead is what reading the record of a release takes. The names of its Secrets
// end in numbers that grow, and RBAC knows no patterns: it is all Secrets, or none.
func AccessToRead() []Access {
	return []Access{{secretKind, "", []string{"get", "list"}, "read the release's record, which is kept in Secrets"}}
}

// AccessToWrite is what writing the record takes, and holding the lock. A Lease is made
// by a request that does not name it.
func AccessToWrite(release string) []Access {
	const lock = "hold the lock while anything is written"
	return []Access{
		{secretKind, "", []string{"create", "update", "patch", "delete"}, "write the release's record"},
		{leaseKind, "", []string{"create"}, lock},
		{leaseKind, leaseName(release), []string{"get", "patch", "delete"}, lock},
	}
}
