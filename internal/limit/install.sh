#!/bin/sh
# Installs the servers that the tests of the counters start, or says what is missing. STEAD_SKIP_SERVERS=1 does without.
set -eu
cd "$(dirname "$0")"

[ "${STEAD_SKIP_SERVERS:-}" != 1 ] || exit 0

have() { command -v "$1" >/dev/null; }

packages=
have redis-server || have valkey-server || packages="redis-server"
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
[ -z "$packages" ] || ../../tools/need.sh limit $packages
