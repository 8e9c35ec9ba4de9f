// Package planner turns a configuration into objects, orders them, compares
// them with the cluster and says what would change. It has no means to write:
// all it can do to a cluster is in Reader.
package planner
