#!/bin/sh
# The tour of stowage, on a cluster of its own that is gone afterwards.
# Run it from anywhere; STOWAGE names the binary when it is not in PATH.
set -eu

cd "$(dirname "$0")"
stowage=${STOWAGE:-stowage}

# State of its own, beside any local cluster that may be running.
XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME

bold='' cyan='' reset=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') cyan=$(printf '\033[36m') reset=$(printf '\033[0m')
fi

say() { printf '\n%s# %s%s\n' "$bold" "$*" "$reset"; }

run() {
	printf '%s$ stowage %s%s\n' "$cyan" "$*" "$reset"
	"$stowage" "$@"
}

clean_up() {
	status=$?
	trap - EXIT
	say 'Leave nothing behind'
	run local down || status=1
	rm -rf "$XDG_STATE_HOME"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say 'A real Kubernetes control plane on this machine, with simulated nodes'
run local up --wait

say 'What would be made?'
run plan --local --env dev

say 'Make it, each object when what it needs is ready'
run apply --local --env dev --auto-approve

say 'What is there now?'
run status --local

say 'Change one value: only what depends on it changes'
run plan --local --env dev --var test_config=test_config_v2
run apply --local --env dev --var test_config=test_config_v2 --auto-approve

say 'A second run has nothing to do'
run plan --local --env dev --var test_config=test_config_v2

say 'Remove it all, in reverse order'
run destroy --local --delete-data --delete-namespace --auto-approve
