// Package kube speaks to a Kubernetes API server, and is the only package that
// does: it finds the cluster as kubectl does, reads, applies, deletes, watches,
// and fetches what explains a failure.
//
// Objects are unstructured. Built-in kinds need neither discovery nor OpenAPI;
// a custom kind costs one discovery request for its group and version.
//
// Errors of the API server are those of k8s.io/apimachinery/pkg/api/errors,
// never wrapped in a way that hides their reason. A server that gives no answer
// at all is an *UnreachableError.
package kube
