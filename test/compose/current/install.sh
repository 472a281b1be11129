#!/usr/bin/env bash
# Builds a program around the parser of today's `docker compose`, once, into a cache folder, and prints where it is.
set -euo pipefail

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/compose
# Another version, or another main.go, is another program.
program=$cache/$(cd "$module" && cat go.mod go.sum main.go | sha256sum | cut -c 1-16)

[[ -x $program ]] || {
  command -v go > /dev/null || { echo 'compose: expected Go 1.26 or newer on the PATH, got none' >&2; exit 1; }
  mkdir -p "$cache"
  (cd "$module" && go build -o "$program.$$" .) >&2
  mv "$program.$$" "$program"
}
printf '%s\n' "$program"
