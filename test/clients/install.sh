#!/usr/bin/env bash
# Fetches kubernetes-mcp-server, which somebody else wrote, into a cache folder; installs nothing into the system.
set -euo pipefail

version=0.0.67
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/kubernetes-mcp-server
folder=$cache/$version

fail() { printf 'kubernetes-mcp-server: %s\n' "$*" >&2; exit 1; }

# The package brings a program for each platform as an optional dependency: without one it is there and can't run.
install_server() {
  mkdir -p "$cache"
  scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  npm install --prefix "$scratch" --no-audit --no-fund --no-package-lock "kubernetes-mcp-server@$version" \
    > "$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; fail "npm can't install version $version"; }
  "$scratch/node_modules/.bin/kubernetes-mcp-server" --version > /dev/null 2>&1 ||
    fail 'expected a program for this platform in the package, got none that runs'
  rm -rf "$folder"
  mv "$scratch" "$folder"
}

[[ -x $folder/node_modules/.bin/kubernetes-mcp-server ]] || install_server
printf '%s\n' "$folder/node_modules/.bin"
