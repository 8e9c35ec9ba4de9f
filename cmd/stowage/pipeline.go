package main

import (
	"net/url"
	"strings"
)

// ciSystems tell how the run of a CI system is found in the environment that the
// system documents: an address with variables in it, which holds when the
// variable that marks the system is set. The order matters where one system sets
// the variables of another too.
var ciSystems = []struct{ marker, address string }{
	{"GITHUB_RUN_ID", "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}"}, // also Gitea and Forgejo
	{"CI_JOB_URL", "${CI_JOB_URL}"},           // GitLab
	{"CI_PIPELINE_URL", "${CI_PIPELINE_URL}"}, // GitLab, Woodpecker
	{"CIRCLE_BUILD_URL", "${CIRCLE_BUILD_URL}"},
	{"BUILDKITE_BUILD_URL", "${BUILDKITE_BUILD_URL}"},
	{"TF_BUILD", "${SYSTEM_COLLECTIONURI}${SYSTEM_TEAMPROJECT}/_build/results?buildId=${BUILD_BUILDID}"}, // Azure Pipelines
	{"BITBUCKET_BUILD_NUMBER", "${BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/${BITBUCKET_BUILD_NUMBER}"},
	{"DRONE_BUILD_LINK", "${DRONE_BUILD_LINK}"},
	{"TRAVIS_BUILD_WEB_URL", "${TRAVIS_BUILD_WEB_URL}"},
	{"SEMAPHORE_WORKFLOW_ID", "${SEMAPHORE_ORGANIZATION_URL}/workflows/${SEMAPHORE_WORKFLOW_ID}"},
	{"CODEBUILD_BUILD_URL", "${CODEBUILD_BUILD_URL}"},
	{"BUILD_URL", "${BUILD_URL}"}, // Jenkins, TeamCity
}

// pipelineOf returns the address of the run of a CI system that this process is
// part of; empty when it is none. It is only told to people, so an address that
// makes no sense is left out.
func pipelineOf(environ []string) string {
	variables := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		variables[name] = value
	}
	for _, system := range ciSystems {
		if variables[system.marker] == "" {
			continue
		}
		if address := addressOf(system.address, variables); address != "" {
			return address
		}
	}
	return ""
}

// addressOf fills in an address. Credentials in it are left out.
func addressOf(address string, variables map[string]string) string {
	var filled strings.Builder
	for address != "" {
		before, rest, found := strings.Cut(address, "${")
		filled.WriteString(before)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		if variables[name] == "" {
			return ""
		}
		filled.WriteString(variables[name])
		address = after
	}
	parsed, err := url.Parse(filled.String())
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return ""
	}
	parsed.User = nil
	return parsed.String()
}
