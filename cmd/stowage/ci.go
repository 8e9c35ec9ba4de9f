package main

import (
	"net/url"
	"strings"
)

// ciSystem is a CI system that is recognised by the environment that it documents, and
// by nothing else.
type ciSystem struct {
	// marker is the variable that marks the system, with the value that it must have;
	// without one, any.
	marker string
	// address is that of the run, with variables in it.
	address string
	// join makes a command speak to the system; nil: it is told nothing.
	join func(*streams, variables)
}

// ciSystems are those that are known. The order matters where one sets the variables of
// another too.
var ciSystems = []ciSystem{
	{"GITHUB_ACTIONS=true", "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}", joinGitHub}, // also Gitea and Forgejo
	{"GITLAB_CI=true", "${CI_JOB_URL}", joinGitLab},
	{marker: "CI_PIPELINE_URL", address: "${CI_PIPELINE_URL}"}, // Woodpecker
	{marker: "CIRCLE_BUILD_URL", address: "${CIRCLE_BUILD_URL}"},
	{marker: "BUILDKITE_BUILD_URL", address: "${BUILDKITE_BUILD_URL}"},
	{marker: "TF_BUILD", address: "${SYSTEM_COLLECTIONURI}${SYSTEM_TEAMPROJECT}/_build/results?buildId=${BUILD_BUILDID}"}, // Azure Pipelines
	{marker: "BITBUCKET_BUILD_NUMBER", address: "${BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/${BITBUCKET_BUILD_NUMBER}"},
	{marker: "DRONE_BUILD_LINK", address: "${DRONE_BUILD_LINK}"},
	{marker: "TRAVIS_BUILD_WEB_URL", address: "${TRAVIS_BUILD_WEB_URL}"},
	{marker: "SEMAPHORE_WORKFLOW_ID", address: "${SEMAPHORE_ORGANIZATION_URL}/workflows/${SEMAPHORE_WORKFLOW_ID}"},
	{marker: "CODEBUILD_BUILD_URL", address: "${CODEBUILD_BUILD_URL}"},
	{marker: "BUILD_URL", address: "${BUILD_URL}"}, // Jenkins, TeamCity
}

// variables are those of the environment, by name.
type variables map[string]string

func variablesIn(environ []string) variables {
	v := make(variables, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		v[name] = value
	}
	return v
}

// marks reports whether the system is the one that the process runs in.
func (c ciSystem) marks(v variables) bool {
	name, value, exact := strings.Cut(c.marker, "=")
	if exact {
		return v[name] == value
	}
	return v[name] != ""
}

// joinCI makes a command speak to the CI system that it runs in, if it does.
func (s *streams) joinCI() {
	v := variablesIn(s.environ)
	for _, system := range ciSystems {
		if system.join != nil && system.marks(v) {
			system.join(s, v)
			return
		}
	}
}

// pipelineOf returns the address of the run of a CI system that this process is
// part of; empty when it is none. It is only told to people, so an address that
// makes no sense is left out.
func pipelineOf(environ []string) string {
	v := variablesIn(environ)
	for _, system := range ciSystems {
		if !system.marks(v) {
			continue
		}
		if address := addressOf(system.address, v); address != "" {
			return address
		}
	}
	return ""
}

// addressOf fills in an address. Credentials in it are left out.
func addressOf(address string, v variables) string {
	var filled strings.Builder
	for address != "" {
		before, rest, found := strings.Cut(address, "${")
		filled.WriteString(before)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		if v[name] == "" {
			return ""
		}
		filled.WriteString(v[name])
		address = after
	}
	parsed, err := url.Parse(filled.String())
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return ""
	}
	parsed.User = nil
	return parsed.String()
}
