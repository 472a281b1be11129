#!/usr/bin/env bash
# Fetches Debian's Alertmanager (with amtool) for the slow tests, and prints the folder of its programs.
set -euo pipefail
printf '%s/usr/bin\n' "$("$(dirname "${BASH_SOURCE[0]}")/../debian/fetch.sh" alertmanager usr/bin/amtool prometheus-alertmanager)"
