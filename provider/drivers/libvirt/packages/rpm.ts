/** `repository LINE` makes $from the options with which dnf knows that repository only, or none for no line. One that does not answer is an error, not empty. */
export const RPM = `
repository() {
  from=; [ -z "$1" ] || from="--repofrompath=rolling-patch,$1 --repo=rolling-patch --setopt=rolling-patch.skip_if_unavailable=0"
}
`;

/**
 * What `GLANCE` and `INSPECTION` are on hosts with rpm and dnf, with the same arguments and lines. Tried with Debian's dnf 4 and rpm against a local
 * repository; unlike those of apt they have not been run on a host of that family.
 */
export const RPM_GLANCE = `
shift
uname=$(uname -r); kernel=$(newest_kernel)
echo "family rpm"
echo "key $(cat /proc/sys/kernel/random/boot_id) $(stat -c %Y.%s /var/lib/rpm/rpmdb.sqlite /usr/lib/sysimage/rpm/rpmdb.sqlite /var/lib/rpm/Packages 2>/dev/null | tr '\\n' '.') $(stat -c %Y /var/cache/dnf 2>/dev/null) $uname $kernel"
echo "running $uname"; echo "kernel $kernel"
sed -n 's/^\\([^#! ].*\\)-[0-9]*:.*$/held \\1/p' /etc/dnf/plugins/versionlock.list 2>/dev/null
[ $# -eq 0 ] || rpm -q --qf 'installed %{NAME} ii %{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' "$@" 2>/dev/null | grep '^installed '
:
`;

/** `rpm -V` tells of a file "S.5....T.  c /etc/x" (c: configuration) or "missing     /usr/x"; only contents, sizes and absence count. */
export const RPM_INSPECTION = `${RPM}
line=$2 whole=$3; shift 3
repository "$line"
[ "$whole" != fresh ] || from="$from --refresh"
at=$(uname -r)
rpm -qf --qf 'owner %{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' "/boot/vmlinuz-$at" 2>/dev/null | grep '^owner ' ||
  rpm -qf --qf 'owner %{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' "/lib/modules/$at/vmlinuz" 2>/dev/null | grep '^owner '
virsh -c qemu:///system version --daemon 2>/dev/null | sed -n 's/^Running against daemon: */daemon /p'
for p; do rpm -V --nomtime "$p" 2>/dev/null | awk -v p="$p" '($1 == "missing" || $1 ~ /^(S|..5)/) && $2 != "c" { print "changed " p " " $NF }'; done
dnf -q check --duplicates 2>/dev/null | sed -n 's/^\\(.*\\)-[^-]*-[^-]* is a duplicate with .*/broken \\1/p'
! command -v needs-restarting >/dev/null 2>&1 || needs-restarting -r >/dev/null 2>&1 || echo "reboot needs-restarting"
said=$(mktemp); tag=available; [ -z "$line" ] || tag=pinned
[ $# -eq 0 ] || dnf -q $from repoquery --qf '%{name} %{epoch}:%{version}-%{release}\\n' "$@" 2>"$said" | grep . | sed "s/^/$tag /"
sed -n 's/^Error: /update /p' "$said"; rm -f "$said"
[ "$whole" != all ] || dnf -q $from check-update 2>/dev/null | awk 'NF == 3 { sub(/\\.[^.]*$/, "", $1); print "behind " $1 }'
:
`;
