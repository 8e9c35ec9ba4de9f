package main

import "testing"

func TestPipelineOf(t *testing.T) {
	for name, test := range map[string]struct {
		environ []string
		want    string
	}{
		"none":    {[]string{"HOME=/root", "CI=true"}, ""},
		"GitHub":  {[]string{"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=a/b", "GITHUB_RUN_ID=7"}, "https://github.com/a/b/actions/runs/7"},
		"GitLab":  {[]string{"GITLAB_CI=true", "CI_PIPELINE_URL=https://gitlab.com/a/b/-/pipelines/7", "CI_JOB_URL=https://gitlab.com/a/b/-/jobs/8"}, "https://gitlab.com/a/b/-/jobs/8"},
		"Jenkins": {[]string{"JENKINS_URL=http://ci:8080/", "BUILD_URL=http://ci:8080/job/web/7/"}, "http://ci:8080/job/web/7/"},
		"CircleCI": {
			[]string{"CIRCLECI=true", "CIRCLE_BUILD_URL=https://circleci.com/gh/a/b/7"}, "https://circleci.com/gh/a/b/7",
		},
		"Buildkite": {[]string{"BUILDKITE_BUILD_URL=https://buildkite.com/a/b/builds/7"}, "https://buildkite.com/a/b/builds/7"},
		"Azure": {
			[]string{"TF_BUILD=True", "SYSTEM_COLLECTIONURI=https://dev.azure.com/a/", "SYSTEM_TEAMPROJECT=my web", "BUILD_BUILDID=7"},
			"https://dev.azure.com/a/my%20web/_build/results?buildId=7",
		},
		"Bitbucket": {
			[]string{"BITBUCKET_GIT_HTTP_ORIGIN=https://bitbucket.org/a/b", "BITBUCKET_BUILD_NUMBER=7"},
			"https://bitbucket.org/a/b/pipelines/results/7",
		},
		"Drone":      {[]string{"CI=drone", "DRONE_BUILD_LINK=https://drone.example/a/b/7"}, "https://drone.example/a/b/7"},
		"Woodpecker": {[]string{"CI=woodpecker", "CI_PIPELINE_URL=https://ci.example/repos/1/pipeline/7"}, "https://ci.example/repos/1/pipeline/7"},
		"Travis":     {[]string{"TRAVIS_BUILD_WEB_URL=https://app.travis-ci.com/a/b/builds/7"}, "https://app.travis-ci.com/a/b/builds/7"},
		"Semaphore": {
			[]string{"SEMAPHORE_ORGANIZATION_URL=https://a.semaphoreci.com", "SEMAPHORE_WORKFLOW_ID=7"},
			"https://a.semaphoreci.com/workflows/7",
		},
		"CodeBuild":          {[]string{"CODEBUILD_BUILD_URL=https://console.aws/b/7"}, "https://console.aws/b/7"},
		"one variable short": {[]string{"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=7", "GITHUB_REPOSITORY=a/b"}, ""},
		"the next one then":  {[]string{"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=7", "BUILD_URL=http://ci/7"}, "http://ci/7"},
		"credentials":        {[]string{"BUILD_URL=https://ann:hunter2@ci/7"}, "https://ci/7"},
		"no address":         {[]string{"BUILD_URL=file:///etc/passwd"}, ""},
		"nor this":           {[]string{"BUILD_URL=\x1b[2Jhttps://ci/7"}, ""},
	} {
		if got := pipelineOf(test.environ); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
