#!/usr/bin/env bash
# Builds what the hosts of the lab boot from: their root, the repository with their patches, the guests' kernel, the keys.
# Prints the folder of the build. It is built once for each state of the files that it is made of: a second call only looks.
# Debian packages only; needs root and the machine's own Debian mirror. About a minute from nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
for part in shell/settings build/base build/guest build/packages build/root; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

main() {
  [ "$(id -u)" = 0 ] || fail "only root can build the hosts of the lab"
  mkdir -p "$LAB"
  exec 9>"$LAB/build.lock"
  flock 9
  if [ ! -d "$BUILT" ]; then build >&2; fi
  touch "$BUILT"
  forget_old_builds
  echo "$BUILT"
}

# Everything happens in a folder beside: one that is half done is never taken for a build.
build() {
  install_tools
  if [ ! -d "$BASE" ]; then
    draft_of "$BASE"
    step "Debian $SUITE with libvirt and QEMU" build_base "$draft"
    mv "$draft" "$BASE"
  fi
  touch "$BASE"
  draft_of "$BUILT"
  cp -a "$BASE/root" "$draft/root"
  step "keys" make_keys "$draft/keys"
  step "guest" build_guest "$BASE/kernel" "$draft/root/srv/guest"
  step "packages" build_repository "$draft/repository"
  step "settings of the hosts" configure_root "$draft"
  mv "$draft" "$BUILT"
}

# The folder to build in; gone when this script ends before it is moved to its place.
draft_of() {
  draft=$(mktemp -d "$1.XXXXXX")
  chmod 755 "$draft"
  # shellcheck disable=SC2064 # this draft, not a later one
  trap "rm -rf --one-file-system '$draft'" EXIT
}

step() {
  local name=$1 begun=$SECONDS
  shift
  "$@"
  echo "lab: built $name ($((SECONDS - begun)) s)"
}

# What this machine lacks to build and to run the lab.
install_tools() {
  local missing=() pair
  for pair in mmdebstrap:mmdebstrap systemd-nspawn:systemd-container dpkg-scanpackages:dpkg-dev cpio:cpio gcc:gcc \
    ip:iproute2 ssh:openssh-client nft:nftables unshare:util-linux; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ -e /usr/lib/x86_64-linux-gnu/libc.a ] || missing+=(libc6-dev)
  apt-get update -qq
  [ ${#missing[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# root and roller: pairs of the tester's own, and one with which hosts reach each other.
make_keys() {
  local owner
  mkdir -p "$1"
  for owner in tester roller host; do ssh-keygen -q -t ed25519 -N '' -C "$owner of the lab" -f "$1/$owner"; done
}

# The newest three of each kind stay, and what a lab is running from.
forget_old_builds() {
  local kind old
  for kind in base built; do
    find "$LAB" -maxdepth 1 -name "$kind-*" -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | while read -r old; do
      grep -qF "lowerdir=$old/" /proc/mounts || rm -rf --one-file-system "$old"
    done
  done
}

main
