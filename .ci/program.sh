#!/bin/sh
# Prints the path of a program that a test needs. Where there is none, Debian's package of
# the same name is installed.
set -eu
program=$1
find_program() {
	command -v "$program" && return
	[ "$program" = chromium ] || return
	command -v chromium-browser || command -v google-chrome
}
find_program && exit
fail() {
	echo "there is no $program, and $1: install it, so that it is on the PATH" >&2
	exit 1
}
command -v apt-get >/dev/null || fail "no apt-get to install it with"
as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null && sudo -n true 2>/dev/null || fail "installing it takes root"
	as_root="sudo -n"
fi
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" >&2
}
apt update -q && apt install -q -y --no-install-recommends "$program" || fail "apt-get could not install it"
find_program
