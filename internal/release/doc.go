// Package release keeps the revisions of a release in its own namespace of the
// cluster: what was rendered, which objects belong to it, who applied it, when,
// and how it ended; and a lock, so that one at a time applies it. There is no
// state outside the cluster.
//
// A revision is one Secret, the head, and further Secrets for what does not fit
// into it. The others are named after their content and written before the head
// is, so that every revision that can be seen is whole, wherever a run was
// killed. docs/record.md describes the format.
package release
