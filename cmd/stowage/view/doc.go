// Package view shows plans, progress, failures and state to people and to
// programs. It is the only package that writes to a terminal.
//
// Everything it shows may come from a cluster and so from strangers: text
// reaches the terminal through one place (see page), which takes the control
// characters out of it.
package view
