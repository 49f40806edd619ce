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
/usr/bin/python3 -c 'import msal' 2>/dev/null || ../tools/need.sh clients python3-msal
