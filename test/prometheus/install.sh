#!/usr/bin/env bash
# Fetches Debian's Prometheus (with promtool) for the slow tests into a cache folder; installs nothing into the system.
# Delete the folder to get the version that is current by then.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/prometheus

fail() { printf 'prometheus: %s\n' "$*" >&2; exit 1; }

[[ -x $cache/current/usr/bin/promtool && -x $cache/current/usr/bin/prometheus ]] || {
  command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || fail 'expected Debian or a relative, got another system'
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  # The lists of a machine may be old, and name what is no longer there.
  (cd "$scratch" && { apt-get download prometheus || { apt-get update && apt-get download prometheus; }; } > log 2>&1) || {
    tail -n 20 "$scratch/log" >&2
    fail 'apt-get can not download prometheus'
  }
  archive=$(ls "$scratch"/prometheus_*.deb)
  version=$(dpkg-deb --field "$archive" Version)
  folder=${version//[^A-Za-z0-9.+-]/_}
  dpkg-deb --extract "$archive" "$scratch/root"
  rm -rf "${cache:?}/$folder"
  mv "$scratch/root" "$cache/$folder"
  # The link comes last, so that whoever follows it finds all of it.
  ln -sfn "$folder" "$cache/current"
}
printf 'prometheus: %s\n' "$(readlink "$cache/current")"
