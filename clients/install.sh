#!/bin/sh
# Installs the client libraries that the witnesses run, or says what is missing.
set -eu
cd "$(dirname "$0")"

missing() {
	echo "clients: $1 is missing: $2" >&2
	exit 1
}

command -v node >/dev/null || missing node "install Node.js 20 or newer"
command -v npm >/dev/null || missing npm "install npm"
if ! cmp -s node/package-lock.json node/node_modules/.stead-installed; then
	(cd node && npm ci --no-audit --no-fund --loglevel=error)
	cp node/package-lock.json node/node_modules/.stead-installed
fi

# Debian's Python with Debian's MSAL, whatever other Pythons there are.
if ! /usr/bin/python3 -c 'import msal' 2>/dev/null; then
	command -v apt-get >/dev/null || missing python3-msal "install Debian's package python3-msal, or MSAL for /usr/bin/python3"
	sudo=
	[ "$(id -u)" = 0 ] || sudo="sudo -n"
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq python3-msal >/dev/null 2>&1 ||
		{ $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq python3-msal >/dev/null; } ||
		missing python3-msal "apt-get install python3-msal"
fi
