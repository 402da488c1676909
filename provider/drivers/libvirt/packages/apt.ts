import type { Baseline } from "../../../core/baseline.ts";

/**
 * Shell functions for apt and dpkg. `sources DIR LINE` makes DIR a place with lists of its own, from one repository line or (empty) from those that the host is
 * set up with; `quiet_apt` is apt-get or apt-cache on that place, as the user who logs in: nothing of the host's own state changes. `pinned DIR LINE` is the
 * same for what root installs from one repository line: with apt's locks, and lists that are root's.
 */
export const APT = `
sources() {
  mkdir -p "$1/lists/partial"
  A="-o Dir::State::Lists=$1/lists -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  if [ -n "$2" ]; then
    case $2 in "deb "*) one=$2 ;; *) one="deb $2" ;; esac
    printf '%s\\n' "$one" >"$1/sources.list"
    A="$A -o Dir::Etc::SourceList=$1/sources.list -o Dir::Etc::SourceParts=/dev/null"
  fi
  Q="$A -o Debug::NoLocking=1 -o APT::Sandbox::User="
}
pinned() { A=; [ -z "$2" ] || sources "$1-root" "$2"; }
quiet_apt() { tool=$1; shift; $tool $Q "$@"; }
madison() { "$@" 2>/dev/null | awk -F'|' '{ gsub(/ /, "", $1); gsub(/ /, "", $2); print "available " $1 " " $2 }'; }
newest_kernel() { ls /boot 2>/dev/null | sed -n 's/^vmlinuz-//p' | grep -v rescue | sort -V | tail -n 1; }
`;

/**
 * The cheap part of a reading: $1 is a folder for lists, the rest the declared packages. \`key\` changes whenever the dear part may say something else.
 */
export const GLANCE = `
shift
uname=$(uname -r); kernel=$(newest_kernel)
echo "family deb"
echo "key $(cat /proc/sys/kernel/random/boot_id) $(stat -c %Y.%s /var/lib/dpkg/status) $(stat -c %Y /var/lib/apt/lists) $uname $kernel"
echo "running $uname"; echo "kernel $kernel"
[ ! -e /run/reboot-required ] || echo "reboot $(cat /run/reboot-required.pkgs 2>/dev/null | sort -u | tr '\\n' ' ')"
[ $# -eq 0 ] || dpkg-query -W -f='installed \${Package} \${db:Status-Abbrev}\${Version}\\n' "$@" 2>/dev/null
:
`;

/**
 * The dear part: $1 folder for lists, $2 repository line or nothing, $3 \`all\` when every package counts, then the declared packages. Versions that the host
 * lacks are looked for in fresh lists, in that folder.
 */
export const INSPECTION = `
at=$1 line=$2 whole=$3; shift 3
dpkg --audit 2>/dev/null | sed -n 's/^ \\([a-z0-9][^ ]*\\).*/broken \\1/p'
owner=$(dpkg -S "/boot/vmlinuz-$(uname -r)" 2>/dev/null | sed 's/:.*//' | head -n 1)
[ -z "$owner" ] || dpkg-query -W -f='owner \${Package} \${Version}\\n' "$owner" 2>/dev/null
uname -v | sed -n 's/.* Debian \\([0-9][^ ]*\\) .*/built \\1/p'
for p; do
  case $p in linux-image*) ;; *) continue ;; esac
  printf '%s' "$p, $(dpkg-query -W -f='\${Depends}' "$p" 2>/dev/null)" | tr ',|' '\\n\\n' | sed 's/^ *//; s/[ (].*//' | grep -qxF "linux-image-$(uname -r)" && echo "runs $p"
done
virsh -c qemu:///system version --daemon 2>/dev/null | sed -n 's/^Running against daemon: */daemon /p'
for p; do dpkg --verify "$p" 2>/dev/null | awk -v p="$p" '$2 != "c" { print "changed " p " " $NF }'; done
[ $# -eq 0 ] || madison apt-cache madison "$@"
{ [ "$line" != "" ] || [ "$whole" = fresh ]; } || exit 0
state_folder; sources "$at" "$line"
quiet_apt apt-get -qq update 2>&1 | sed -n 's/^[EW]: /update /p'
[ $# -eq 0 ] || madison quiet_apt apt-cache madison "$@" | sed 's/^available/pinned/'
[ "$whole" != all ] || quiet_apt apt-get -s -qq dist-upgrade 2>/dev/null | sed -n 's/^Inst \\([^ ]*\\) .*/behind \\1/p'
:
`;

/** Folder, on a host, with lists for this baseline. */
export function listsFor({ distribution }: Baseline, state: string): string {
  return `${state}/apt-${distribution === undefined ? "own" : digest(distribution)}`;
}

/** FNV-1a in hexadecimal digits: a name for a repository line. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
