# shellcheck shell=bash disable=SC2154 # here is test/lab
# Turns Debian's root into that of a host of the lab: what stands in test/lab/root, users and keys, first packages, units.

INSTALLED=(fleet-agent_1.0.0 slow-agent_1.0.0 linux-image-6.1.100-lab_6.1.100-1 linux-image-lab_6.1.100-1)

# What would start by itself and has no place in a closed network, or would stop guests by itself.
MASKED=(dpkg-db-backup.timer fstrim.timer e2scrub_all.timer libvirt-guests.service getty.target console-getty.service)

# configure_root DRAFT: changes DRAFT/root; reads DRAFT/keys and DRAFT/repository.
configure_root() {
  local keys=$1/keys repository=$1/repository root=$1/root
  chroot "$root" dpkg-divert --quiet --local --no-rename --divert /usr/bin/uname.real --add /usr/bin/uname
  mv "$root/usr/bin/uname" "$root/usr/bin/uname.real"
  cp -r --no-preserve=ownership "$here/root/." "$root/"
  mkdir -p "$root/srv/repository" "$root/srv/shared"
  : >"$root/etc/machine-id"
  hosts_file >"$root/etc/hosts"
  add_users
  install_first_packages
  set_up_units
}

hosts_file() {
  echo "127.0.0.1 localhost"
  for i in $(seq "$MOST_HOSTS"); do echo "$(address "h$i") h$i"; done
}

# root by key is for the tester and for hosts among themselves; the user who patches is an ordinary one.
add_users() {
  chroot "$root" useradd --create-home --shell /bin/bash --groups libvirt roller
  authorize root/.ssh tester host
  authorize home/roller/.ssh roller
  cp "$keys/host" "$root/root/.ssh/id_ed25519"
  chroot "$root" sh -c 'chown -R roller: ~roller'
  chroot "$root" install -d -o roller -g roller -m 755 /var/lib/rolling-patch
  install -m 440 "$here/../../examples/kvm/sudoers" "$root/etc/sudoers.d/rolling-patch"
  chroot "$root" visudo -cq
}

# authorize FOLDER OWNER…
authorize() {
  local folder=$root/$1 owner
  shift
  install -d -m 700 "$folder"
  for owner; do cat "$keys/$owner.pub"; done >"$folder/authorized_keys"
  chmod 600 "$folder/authorized_keys"
}

install_first_packages() {
  local name
  for name in "${INSTALLED[@]}"; do cp "$repository/$name.deb" "$root/tmp/"; done
  chroot "$root" sh -c 'dpkg -i /tmp/*.deb >/dev/null; rm /tmp/*.deb'
  rm -f "$root"/run/reboot-required* "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*.sources
}

set_up_units() {
  rm -f "$root"/etc/libvirt/qemu/networks/autostart/*
  systemctl -q --root="$root" enable lab-net lab-kernel libvirtd-tcp.socket ssh apt-daily.timer apt-daily-upgrade.timer
  systemctl -q --root="$root" mask "${MASKED[@]}"
}
