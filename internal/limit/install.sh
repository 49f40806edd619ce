#!/bin/sh
# Installs the servers that the tests of the counters start, or says what is missing.
set -eu

[ "${STEAD_SKIP_SERVERS:-}" != 1 ] || exit 0

have() { command -v "$1" >/dev/null; }
database() { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

packages=
have redis-server || have valkey-server || packages="redis-server"
database || packages="$packages postgresql"
[ -n "$packages" ] || exit 0

missing() {
	echo "limit: install the Debian packages $packages, or set STEAD_SKIP_SERVERS=1 to skip the tests that need them" >&2
	exit 1
}

have apt-get || missing
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
install() { DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1; }
install || { $sudo apt-get update -qq && install; } || missing
