# shellcheck shell=bash
# Guests: what libvirt is told of them. They need 72 MiB; they may dirty 16 MiB of their 80.

# guest_xml GUEST diskless|local|shared
guest_xml() {
  local number=${1#g}
  cat <<XML
<domain type='qemu'>
  <name>$1</name>
  <memory unit='MiB'>80</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>/srv/guest/vmlinuz</kernel>
    <initrd>/srv/guest/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 labname=$1 labip=$(guest_address "$1")</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/local/bin/qemu-lab</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    $(disk_xml "$1" "$2")
    <interface type='bridge'>
      <mac address='$(printf '52:54:00:77:00:%02x' "$number")'/>
      <source bridge='br0'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <serial type='file'><source path='/var/log/libvirt/$1.console'/></serial>
  </devices>
</domain>
XML
}

disk_xml() {
  [ "$2" = diskless ] || cat <<XML
<disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='$(disk_cache "$2")' discard='unmap'/>
      <source file='$(disk_file "$1" "$2")'/>
      <target dev='vda' bus='virtio'/>
    </disk>
XML
}

# A shared disk bypasses the hosts' caches; a local one may be in memory, where some kernels have nothing to bypass.
disk_cache() { if [ "$1" = shared ]; then echo none; else echo writeback; fi; }

disk_file() {
  case $2 in
    local) echo "/var/lib/libvirt/images/$1.raw" ;;
    shared) echo "/srv/shared/$1.raw" ;;
    *) fail "the disk of a guest is diskless, local or shared, not $2" ;;
  esac
}

# start_guest HOST GUEST [diskless|local|shared]: defines and starts it.
start_guest() {
  local kind=${3:-diskless}
  if [ "$kind" != diskless ]; then sh_on "$1" "truncate -s 8M '$(disk_file "$2" "$kind")'"; fi
  guest_xml "$2" "$kind" | sh_on "$1" "cat >/run/$2.xml && virsh -q define /run/$2.xml && virsh -q start $2"
}
