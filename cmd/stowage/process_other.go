//go:build !linux

package main

import "stowage/internal/release"

// thisProcess returns nothing: what would tell a process from all others is not
// known here.
func thisProcess() string { return "" }

// isDead reports nothing: whether a holder still runs is not known here, so that
// its lock is waited for until it is not renewed any more.
func isDead(release.Holder) bool { return false }
