#!/bin/sh
# Installs the browser that signs in, or says what is missing. STEAD_SKIP_BROWSER=1 does without.
set -eu
cd "$(dirname "$0")"

[ "${STEAD_SKIP_BROWSER:-}" != 1 ] || exit 0

for browser in chromium chromium-browser google-chrome; do
	! command -v "$browser" >/dev/null || exit 0
done
../../../tools/need.sh login chromium
