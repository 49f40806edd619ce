#!/bin/sh
# need.sh WHO PACKAGE...: installs Debian packages that tests need, or says what is missing and fails.
set -eu
who=$1
shift

missing() {
	echo "$who: install the Debian packages $* (apt-get install $*)" >&2
	exit 1
}

command -v apt-get >/dev/null || missing "$@"
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
install() { DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
install "$@" || { $sudo apt-get update -qq && install "$@"; } || missing "$@"
