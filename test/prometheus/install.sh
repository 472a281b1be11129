#!/usr/bin/env bash
# Fetches Debian's Prometheus (with promtool) for the slow tests, and prints the folder of its programs.
set -euo pipefail
printf '%s/usr/bin\n' "$("$(dirname "${BASH_SOURCE[0]}")/../debian/fetch.sh" prometheus usr/bin/promtool prometheus)"
