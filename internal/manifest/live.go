package manifest

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
)

// Left is an object of a cluster that nobody would write down, and why.
type Left struct {
	Object *unstructured.Unstructured
	// Reason goes on after the object's name, as in "is made by ReplicaSet web-1".
	Reason string
}

// Live returns the objects of a cluster as somebody would have written them: without what the server,
// its controllers, and admission added. What was written is taken from the last applied configuration
// and from the managed fields; for what these do not tell, it is known which fields are filled in by
// whom. Values that are the defaults of built-in kinds stay (see [WithoutDefaults]), and so do the marks
// of the tools that deploy an object, such as the labels of Helm.
//
// Objects that belong to other objects, or that Kubernetes itself makes, are left out. The list is to be all that is
// looked at together: what is made by what is looked up in it. Neither the list nor its objects are
// modified, and their order is kept.
func Live(list []*unstructured.Unstructured) (docs []Document, left []Left) {
	all := surroundingsOf(list)
	for _, u := range list {
		if reason := all.reasonToLeave(u); reason != "" {
			left = append(left, Left{Object: u, Reason: reason})
			continue
		}
		docs = append(docs, Document{Object: asWritten(u)})
	}
	return docs, left
}

// asWritten returns a copy of a live object with nothing in it but what somebody wrote. What kubectl
// applied last tells which of its fields are defaults. Of built-in kinds no more is left out because of it, since
// the server keeps some of their fields under other names than they were applied with.
func asWritten(u *unstructured.Unstructured) *unstructured.Unstructured {
	written := writtenBy(u, evidenceOf(u, false))
	if applied := evidenceOf(u, true); applied.applied != nil {
		short := writtenBy(u, applied)
		if !scheme.Scheme.Recognizes(u.GroupVersionKind()) || len(Compare(written, short)) == 0 {
			return short
		}
	}
	return written
}

// writtenBy returns a copy of a live object without what the evidence does not show to be written.
func writtenBy(u *unstructured.Unstructured, evidence evidence) *unstructured.Unstructured {
	written := u.DeepCopy()
	evidence.prune(written.Object)
	dropServers(written.Object)
	delete(written.Object, "status")
	metadata := within(written.Object, "metadata")
	delete(metadata, "generateName")
	dropNamed(metadata, "annotations", serversAnnotations)
	dropNamed(metadata, "labels", serversLabels)
	dropFinalizers(metadata)
	if strip := strips[u.GroupVersionKind().GroupKind()]; strip != nil && evidence.isNone() {
		strip(written.Object)
	}
	return written
}
