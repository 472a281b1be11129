#!/usr/bin/env bash
# Builds a real Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl) from
# the Go module registry, once, into a cache folder, and prints the folder with the programs. It installs nothing into
# the system. KUBEBUILDER_ASSETS, where it is set, is taken as the folder with the programs, and nothing is built.
set -euo pipefail

programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl)
module=$(cd "$(dirname "${BASH_SOURCE[0]}")/control_plane" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alertwright/control-plane

say() { printf 'control plane: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
  for program in etcd kube-apiserver kubectl; do
    [[ -x $KUBEBUILDER_ASSETS/$program ]] || fail "expected $program in KUBEBUILDER_ASSETS, got none; unset it to build one"
  done
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

# Another version, or another main.go, is another folder: two checkouts never take each other's programs away.
scratch=
fingerprint=$(cd "$module" && cat go.mod go.sum main.go | sha256sum | cut -c 1-16)
folder=$cache/$fingerprint

build() {
  local version started=$SECONDS
  command -v go > /dev/null || fail 'expected Go 1.26 or newer on the PATH, got none'
  scratch=$(mktemp -d "$cache/unfinished.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  version=$(sed -n 's|^\tk8s.io/kubernetes \(v.*\)|\1|p' "$module/go.mod")
  say "building Kubernetes $version: about six minutes on two cores, once a machine"
  local stamp=k8s.io/component-base/version
  local minor=${version#v*.}
  (cd "$module" && GOFLAGS= CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -o "$scratch/control-plane" -ldflags "-s -w
    -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}" .) > "$scratch/log" 2>&1 ||
    { tail -n 20 "$scratch/log" >&2; fail "Go can't build Kubernetes $version from the module proxy that it is set up for"; }
  rm "$scratch/log"
  for program in "${programs[@]}"; do ln -s control-plane "$scratch/$program"; done
  chmod 755 "$scratch"
  # Whoever finds the folder finds all of it; the second of two builds at once gives way.
  mv -T "$scratch" "$folder" 2> /dev/null || [[ -x $folder/kubectl ]] || fail "can't put the programs in place"
  say "built in $((SECONDS - started)) s"
}

mkdir -p "$cache"
[[ -x $folder/kube-apiserver ]] || build
echo "$folder"
