#!/usr/bin/env bash
# Fetches packages of Debian into one folder of the cache, for tests that want real programs, and prints that folder. It
# installs nothing into the system. Delete the folder to get the versions that are current by then.
#   fetch.sh NAME PROGRAM PACKAGE...   the first package gives the version; PROGRAM tells whether all is there
set -euo pipefail

name=$1 program=$2
shift 2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/$name

fail() { printf '%s: %s\n' "$name" "$*" >&2; exit 1; }

[[ -x $cache/current/$program ]] || {
  command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || fail 'expected Debian or a relative, got another system'
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  # The lists of a machine may be old, and name what is no longer there.
  (cd "$scratch" && { apt-get download "$@" || { apt-get update && apt-get download "$@"; }; } > log 2>&1) || {
    tail -n 20 "$scratch/log" >&2
    fail "apt-get can not download $*"
  }
  for archive in "$scratch"/*.deb; do dpkg-deb --extract "$archive" "$scratch/root"; done
  [[ -x $scratch/root/$program ]] || fail "expected $program in $*, got none"
  version=$(dpkg-deb --field "$scratch/$1"_*.deb Version)
  folder=${version//[^A-Za-z0-9.+-]/_}
  rm -rf "${cache:?}/$folder"
  mv "$scratch/root" "$cache/$folder"
  # The link comes last, so that whoever follows it finds all of it.
  ln -sfn "$folder" "$cache/current"
}
printf '%s\n' "$cache/$(readlink "$cache/current")"
