/**
 * One look at a host, in one run: every line begins with the name of what it tells. Changes nothing. libvirt is asked twice: which guests there are, then for
 * all about them in one connection.
 */
export const LOOK = `
emit() { sed "s/^/$1 /"; }
first() { cat "$@" 2>/dev/null | head -n 1; }
echo "boot $(first /proc/sys/kernel/random/boot_id)"
echo "memory $(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)"
echo "processors $(getconf _NPROCESSORS_ONLN)"
echo "hardware $(first /sys/class/dmi/id/sys_vendor) $(first /sys/class/dmi/id/product_name) $(first /sys/class/dmi/id/bios_version)"
[ ! -e "$D/mark" ] || emit mark <"$D/mark"
[ ! -e "$D/cordon" ] || echo "cordoned yes"
[ ! -e "$D/hold" ] || echo "held yes"
[ ! -e "$D/times" ] || emit times <"$D/times"
cat /sys/devices/system/edac/mc/mc*/[cu]e_count 2>/dev/null | emit errors
for f in "$D"/jobs/*.to; do [ -e "$f" ] && echo "job $(basename "$f" .to) $(first "$f") $(first "\${f%.to}.rc")"; done
ls /sys/class/net | emit link
cat /proc/[0-9]*/comm 2>/dev/null | grep -xE 'corosync|etcd|ceph-mon|ceph-osd|glusterfsd' | sort -u | while read -r p; do
  case $p in
    corosync) of=$(sed -n 's/^[[:space:]]*cluster_name:[[:space:]]*([^[:space:]]*).*/\1/p' /etc/corosync/corosync.conf 2>/dev/null | head -n 1) ;;
    ceph-*) of=$(sed -n 's/^[[:space:]]*fsid[[:space:]]*=[[:space:]]*([^[:space:]]*).*/\1/p' /etc/ceph/ceph.conf 2>/dev/null | head -n 1) ;;
    *) of= ;;
  esac
  echo "quorum $p\${of:+ $of}"
done
if guests=$(virsh -q -c qemu:///system list --all --uuid 2>/dev/null); then
  ask='echo @networks; net-list --name; echo @pools; pool-list --name; echo @autostart; list --all --autostart --uuid; echo @transient; list --all --transient --uuid'
  for u in $guests; do ask="$ask; echo @guest $u; domstate --reason $u; dumpxml $u"; done
  virsh -c qemu:///system "$ask" 2>/dev/null | emit virsh
else
  virsh -q -c qemu:///system list 2>&1 >/dev/null | emit silent
fi
`;

/** What does not change while a host is up: its UUID, its processor, and the processor models that it can give to guests. */
export const ABILITIES = `
virsh -c qemu:///system 'echo @capabilities; capabilities; echo @domcapabilities; domcapabilities' | sed -n '
/^@/p; s/^ *<uuid>/uuid /p; /<arch>/p; s/^ *<model>/processor /p
s/^ *<model usable=.yes.[^>]*>/usable /p; /<mode name=.host-passthrough/p' | sed 's/<[^>]*>$//'
cat /sys/kernel/mm/hugepages/hugepages-*/nr_hugepages 2>/dev/null | awk '{ n += $1 } END { print "hugepages " n + 0 }'
`;
