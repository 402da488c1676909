# shellcheck shell=bash disable=SC2154 # here is test/lab
# The guests: Debian's kernel and one static program as init.

# In the order in which they are loaded; init.c has the same list.
MODULES=(
  drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev
  drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci drivers/block/virtio_blk
  net/core/failover drivers/net/net_failover drivers/net/virtio_net
)

# Makes vmlinuz and initrd.gz in a folder from the unpacked kernel package.
build_guest() {
  local kernel=$1 folder=$2 tree module
  tree=$(mktemp -d "$folder.XXXXXX")
  mkdir -p "$folder" "$tree/modules" "$tree/dev"
  mknod "$tree/dev/console" c 5 1
  gcc -O2 -Wall -Wextra -Werror -static -pthread -s -o "$tree/init" "$here/guest/init.c"
  for module in "${MODULES[@]}"; do cp "$kernel"/lib/modules/*/kernel/"$module.ko" "$tree/modules/"; done
  (cd "$tree" && find . | cpio -o -H newc --quiet) | gzip -9 >"$folder/initrd.gz"
  cp "$kernel"/boot/vmlinuz-* "$folder/vmlinuz"
  rm -rf "$tree"
}
