// Package dsl is the configuration language: it reads the *.hcl files of one
// directory and evaluates them to a Config, or to diagnostics that name file,
// line and column and say what to write instead. It knows HCL and nothing of
// any cluster.
//
// Parse collects the top-level blocks. An evaluation makes a node of each and
// visits it when the first reference to it is met, so references need no order
// in the files, and Identify can evaluate the release block alone. Scopes
// evaluate expressions and note what they refer to; these notes become the
// References of the Config, and loops among them are found at the end. Marks
// on values (marks.go) tell what is sensitive and which key a value was read
// from.
//
// Each block type has a file with its schema, a table of arguments and nested
// blocks; the tables decode the blocks and fill the reference in
// docs/language.md. A new argument is a line in such a table. A new block type
// is a file, and an entry in topLevel, blockTypes and evaluator.
package dsl
