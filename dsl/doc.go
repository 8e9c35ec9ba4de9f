// Package dsl is the configuration language: it reads the *.hcl files of one
// directory and evaluates them to a Config, or to diagnostics that name file,
// line and column and say what to write instead. It knows HCL and nothing of
// any cluster.
package dsl
