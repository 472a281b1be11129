#!/usr/bin/env bash
# Builds the Alertmanager that docker-compose.yml names (with amtool) from the Go module registry, once, into a cache
# folder, and prints that folder. Its web pages are not in the module: it gets an empty one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's|.*image: prom/alertmanager:\(v[0-9.]*\)$|\1|p' "$here/../../../docker-compose.yml")
# Of the module of that version: see `go mod download -json`.
sum=h1:PJHGvTdb8Q0ZEpJnWff120WxB2kxIScLa707AaIudTo=
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/alertmanager-built
folder=$cache/$version

fail() { printf 'alertmanager: %s\n' "$*" >&2; exit 1; }

build() {
  command -v go > /dev/null || fail 'expected Go 1.26 or newer on the PATH, got none'
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
  trap 'chmod -R u+w "$scratch" && rm -rf "$scratch"' EXIT
  local module
  module=$(cd "$scratch" && go mod download -json "github.com/prometheus/alertmanager@$version")
  grep -qF "\"$sum\"" <<< "$module" || fail "expected the sum $sum of $version, got another: $module"
  cp -r "$(sed -n 's|^\t"Dir": "\(.*\)",$|\1|p' <<< "$module")" "$scratch/source"
  chmod -R u+w "$scratch/source"
  mkdir -p "$scratch/source/ui/app/dist" "$scratch/programs"
  touch "$scratch/source/ui/app/dist/index.html"
  (cd "$scratch/source" && GOFLAGS='' CGO_ENABLED=0 go build -trimpath -ldflags "-s -w
    -X github.com/prometheus/common/version.Version=${version#v}" -o "$scratch/programs/" ./cmd/alertmanager ./cmd/amtool) \
    > "$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; fail "Go can't build Alertmanager $version"; }
  mv -T "$scratch/programs" "$folder" 2> /dev/null || [[ -x $folder/amtool ]] || fail "can't put the programs in place"
}

[[ -x $folder/amtool ]] || build
printf '%s\n' "$folder"
