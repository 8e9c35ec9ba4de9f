package main

import (
	"fmt"
	"strings"
)

// propertyPods is how many pods the app of the sequences has.
const propertyPods = 3

// What there is to be of an app, step by step, by rules that know nothing of objects.
type switchModel struct {
	strategy, config string    // as applied last
	active, idle     modelSide // of a canary app: stable and canary
	idleIsNewest     bool
}

type modelSide struct {
	version string // empty: there is none
	pods    int64
}

// do makes of the model what a command makes of the app. It reports whether the command
// is refused.
func (m *switchModel) do(op string) (refused bool) {
	verb, rest, _ := strings.Cut(op, " ")
	if verb == "apply" {
		strategy, version, _ := strings.Cut(rest, " ")
		m.apply(strategy, version)
		return false
	}
	isCanary := verb == "next" || verb == "promote" || verb == "abort"
	switch {
	case m.strategy == "rolling", isCanary != (m.strategy == "canary"):
		return true
	case isCanary:
		m.canary(verb)
		return false
	}
	return m.colors(verb)
}

func (m *switchModel) apply(strategy, version string) {
	before := m.strategy
	m.strategy, m.config = strategy, version
	whole := modelSide{version, propertyPods}
	colored, wasColored := strategy == "blue-green", before == "blue-green"
	switch {
	case before == "", strategy == "rolling", colored != wasColored, m.active.version == version && !colored:
		m.active, m.idle, m.idleIsNewest = whole, modelSide{}, false
	case m.active.version == version:
		m.idleIsNewest = false
	case colored:
		m.idle, m.idleIsNewest = whole, true
	case m.idle.version != version:
		m.idle = modelSide{version, 1}
		m.active.pods = propertyPods - 1
	}
}

// canary is an operation on a canary, if there is one.
func (m *switchModel) canary(verb string) {
	switch {
	case m.idle.version == "":
		return
	case verb == "abort":
		m.active.pods = propertyPods
	case verb == "next" && m.idle.pods == 1:
		m.idle.pods, m.active.pods = 2, propertyPods-2
		return
	default:
		m.active = modelSide{m.idle.version, propertyPods}
	}
	m.idle = modelSide{}
}

// colors is an operation on an app with two colors.
func (m *switchModel) colors(verb string) (refused bool) {
	there := m.idle.version != ""
	switch {
	case verb == "retire" && there:
		m.idle.pods = 0
	case verb == "switch" && m.idleIsNewest, verb == "back" && !m.idleIsNewest && there:
		m.idle.pods = propertyPods // a retired one starts again
		m.active, m.idle = m.idle, m.active
		m.idleIsNewest = !m.idleIsNewest
	}
	return !there && verb != "switch"
}

// unwanted reports whether the configuration's version has no pods: an apply starts
// them again.
func (m *switchModel) unwanted() bool { return m.idleIsNewest && m.idle.pods == 0 }

// differs returns how an app is not what the model says.
func (m *switchModel) differs(now stance) error {
	idle := now.idle()
	got := *m
	got.active = modelSide{now.version(), now.sides[now.active].pods}
	got.idle = modelSide{now.sides[idle].version, now.sides[idle].pods}
	got.idleIsNewest = idle != "" && idle == now.newest
	if got != *m {
		return fmt.Errorf("the app is %+v, and should be %+v", got, *m)
	}
	return nil
}

// follow takes over what the model does not know: how a rollback leaves the side beside
// the active one.
func (m *switchModel) follow(now stance) {
	idle := now.idle()
	m.active.pods = now.sides[now.active].pods
	m.idle = modelSide{now.sides[idle].version, now.sides[idle].pods}
	m.idleIsNewest = idle != "" && idle == now.newest
}
