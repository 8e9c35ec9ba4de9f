#!/bin/sh
# Builds stowage-cluster into the file $1. The Kubernetes version is stamped at link time: without it the API server
# reports an unexpanded template, which clients refuse.
set -eu
out=$(realpath -m "$1")
cd "$(dirname "$0")"
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v*.}
pkg=k8s.io/component-base/version
flags="-s -w -X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=${minor%%.*}"
flags="$flags -X $pkg.gitCommit=$version -X $pkg.gitTreeState=clean -X $pkg.buildDate=1970-01-01T00:00:00Z"
mkdir -p "$(dirname "$out")"
# Into place as a whole: the file may be running.
CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$out.tmp.$$" .
mv "$out.tmp.$$" "$out"
