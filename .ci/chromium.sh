#!/bin/sh
# Prints the path of Chromium. Where there is none, Debian's is installed.
set -eu
for name in chromium chromium-browser google-chrome; do
	command -v "$name" && exit
done
if ! command -v apt-get >/dev/null; then
	echo "there is no Chromium, and no apt-get to install it with: install Chromium so that it is on the PATH" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		echo "there is no Chromium, and installing it takes root: run apt-get install chromium" >&2
		exit 1
	fi
	as_root="sudo -n"
fi
install() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" >&2
}
install update -q && install install -q -y --no-install-recommends chromium || {
	echo "there is no Chromium, and apt-get could not install it" >&2
	exit 1
}
command -v chromium
