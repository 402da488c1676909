# shellcheck shell=bash disable=SC2016 # scripts of packages expand on the host
# The local repository: real packages that are good, broken, slow, or lie.
#
#   fleet-agent      1.0.0 installed, 1.1.0 good, 1.2.0 whose postinst fails
#   slow-agent       1.0.0 installed, 1.1.0 whose postinst takes as many seconds as /etc/slow-agent.seconds says
#   linux-image-lab  the newest kernel, as Debian's linux-image-amd64 is: 6.1.100-1 installed, 6.1.101-1 good,
#                    6.1.102-1 after which the host still boots the kernel it had

build_repository() {
  local folder=$1
  mkdir -p "$folder"
  agent fleet-agent 1.0.0
  agent fleet-agent 1.1.0
  agent fleet-agent 1.2.0 'echo "fleet-agent cannot be set up" >&2; exit 1'
  agent slow-agent 1.0.0
  agent slow-agent 1.1.0 'sleep "$(cat /etc/slow-agent.seconds 2>/dev/null || echo 0)"'
  kernel 6.1.100
  kernel 6.1.101
  kernel 6.1.102 'uname -r >/boot/lab-default'
  (cd "$folder" && dpkg-scanpackages -m . 2>/dev/null >Packages)
}

# agent NAME VERSION [POSTINST]. Each has a file of its own, or dpkg would see it disappear.
agent() {
  local tree=$folder/$1_$2
  mkdir -p "$tree/usr/share/$1"
  echo "$2" >"$tree/usr/share/$1/version"
  pack "$tree" "$1" "$2" "" "${3-}"
}

# kernel VERSION [POSTINST]: the kernel's own package, which stays beside older ones, and the one that names the newest.
# What stands in vmlinuz is what uname says once it has been booted.
kernel() {
  local release=$1-lab version=$1-1 tree=$folder/linux-image-$1-lab
  mkdir -p "$tree/boot"
  printf '%s\n' "$release" "#1 SMP PREEMPT_DYNAMIC Debian $version (2026-01-01)" >"$tree/boot/vmlinuz-$release"
  pack "$tree" "linux-image-$release" "$version" "" "${2-}
touch /run/reboot-required
echo linux-image-$release >>/run/reboot-required.pkgs"
  tree=$folder/linux-image-lab_$version
  mkdir -p "$tree/usr/share/linux-image-lab"
  echo "$release" >"$tree/usr/share/linux-image-lab/release"
  pack "$tree" linux-image-lab "$version" "linux-image-$release (= $version)" ""
}

# pack TREE NAME VERSION DEPENDS POSTINST
pack() {
  local tree=$1 name=$2 version=$3 depends=$4 postinst=$5
  mkdir "$tree/DEBIAN"
  {
    printf '%s: %s\n' Package "$name" Version "$version" Architecture all Maintainer "lab <lab@example.invalid>"
    [ -z "$depends" ] || echo "Depends: $depends"
    echo "Description: $name of the lab"
  } >"$tree/DEBIAN/control"
  if [ -n "$postinst" ]; then
    printf '#!/bin/sh\nset -e\n%s\n' "$postinst" >"$tree/DEBIAN/postinst"
    chmod 755 "$tree/DEBIAN/postinst"
  fi
  dpkg-deb -Znone --root-owner-group -b "$tree" "$folder/${name}_$version.deb" >/dev/null
  rm -r "$tree"
}
