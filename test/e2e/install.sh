#!/usr/bin/env bash
# Fetches Debian's Alertmanager (with amtool) for the slow tests, and prints the folder that it is to be started in: its
# program `usr/bin/alertmanager` looks for its templates there, as Debian's own does in the root of the system.
set -euo pipefail

root=$("$(dirname "${BASH_SOURCE[0]}")/../debian/fetch.sh" alertmanager usr/bin/amtool prometheus-alertmanager)
program=$root/usr/bin/alertmanager
[[ -x $program ]] || {
  # As long as before, so that nothing moves in the program.
  LC_ALL=C sed 's#/usr/share/prometheus/alertmanager#usr//share/prometheus/alertmanager#g' \
    "$root/usr/bin/prometheus-alertmanager" > "$program.$$"
  chmod +x "$program.$$"
  mv "$program.$$" "$program"
}
printf '%s\n' "$root"
