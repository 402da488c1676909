/** `failed_units` prints systemd units that have failed; `newly_failed` those that had not before the reboot of ours. */
export const FAILED_UNITS = `
failed_units() { systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null | awk '{ print $1 }' | sort; }
newly_failed() { [ ! -e "$D/failed.before" ] || failed_units | grep -vxFf "$D/failed.before"; }
`;

/**
 * One look at a host, in one run: every line begins with the name of what it tells. Changes nothing. A host is looked at often, and what costs there is the start of
 * programs: the shell reads files by itself, and libvirt is asked about everything in one connection. The arguments are UUIDs of guests that are known there;
 * only when there are others it is asked once more, and what is asked of one that has gone is an error that nobody reads.
 */
export const LOOK = `${FAILED_UNITS}
is_there() { [ -e "$1" ]; }
each() { if is_there "$2"; then while IFS= read -r line || [ -n "$line" ]; do printf '%s %s\\n' "$1" "$line"; done <"$2"; fi; }
first() { line=; if [ -r "$1" ]; then IFS= read -r line <"$1"; fi 2>/dev/null; }
first /proc/sys/kernel/random/boot_id; echo "boot $line"
{ read -r _ memory _ </proc/meminfo; } 2>/dev/null; echo "memory $memory"
echo "processors $(getconf _NPROCESSORS_ONLN)"
hardware=
for f in sys_vendor product_name bios_version; do first /sys/class/dmi/id/$f; hardware="$hardware $line"; done
echo "hardware$hardware"
each mark "$D/mark"
! is_there "$D/cordon" || echo "cordoned yes"
! is_there "$D/cordon" || newly_failed | sed 's/^/failed /'
! is_there "$D/hold" || echo "held yes"
each times "$D/times"
for f in /sys/devices/system/edac/mc/mc*/[cu]e_count; do each errors "$f"; done
for f in "$D"/jobs/*.to; do
  is_there "$f" || continue
  u=\${f##*/}; u=\${u%.to}; first "$f"; to=$line; first "\${f%.to}.rc"; echo "job $u $to $line"
done
for f in /sys/class/net/*; do echo "link \${f##*/}"; done
cat /proc/[0-9]*/comm 2>/dev/null | grep -xE 'corosync|etcd|ceph-mon|ceph-osd|glusterfsd' | sort -u | while read -r p; do
  of=
  case $p in
    corosync) of=$(sed -n 's/^[[:space:]]*cluster_name:[[:space:]]*\\([^[:space:]]*\\).*/\\1/p' /etc/corosync/corosync.conf 2>/dev/null | head -n 1) ;;
    ceph-*) of=$(sed -n 's/^[[:space:]]*fsid[[:space:]]*=[[:space:]]*\\([^[:space:]]*\\).*/\\1/p' /etc/ceph/ceph.conf 2>/dev/null | head -n 1) ;;
  esac
  echo "quorum $p\${of:+ $of}"
done
about() { for u; do printf '; echo @guest %s; domstate --reason %s; dumpxml %s' "$u" "$u" "$u"; done; }
ask="echo @uuids; list --all --uuid; echo @networks; net-list --name; echo @pools; pool-list --name; echo @autostart; list --all --autostart --uuid
echo @transient; list --all --transient --uuid"
said=$(virsh -c qemu:///system "$ask$(about "$@")" 2>/dev/null)
case $said in
  "@uuids
"*"
@transient"*)
    echo "virsh begins"; printf '%s\\n' "$said"
    there=\${said#*@uuids}; there=\${there%%@networks*}
    others=$(for u in $there; do case " $* " in *" $u "*) ;; *) about "$u" ;; esac; done)
    [ -z "$others" ] || virsh -c qemu:///system "\${others#; }" 2>/dev/null ;;
  *) virsh -q -c qemu:///system list 2>&1 >/dev/null | sed 's/^/silent /' ;;
esac
:
`;

/** What does not change while a host is up: its UUID, its processor, and the processor models that it can give to guests. */
export const ABILITIES = `
virsh -c qemu:///system 'echo @capabilities; capabilities; echo @domcapabilities; domcapabilities' | sed -n '
/^@/p; s/^ *<uuid>/uuid /p; /<arch>/p; s/^ *<model>/processor /p
s/^ *<model usable=.yes.[^>]*>/usable /p; /<mode name=.host-passthrough/p' | sed 's/<[^>]*>$//'
cat /sys/kernel/mm/hugepages/hugepages-*/nr_hugepages 2>/dev/null | awk '{ n += $1 } END { print "hugepages " n + 0 }'
`;
