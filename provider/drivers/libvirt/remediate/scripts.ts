import { APT } from "../packages/apt.ts";
import { RPM } from "../packages/rpm.ts";

const UNIT = "rolling-patch-packages";

/**
 * Shell functions about what was there before a patch. `remember KEY` reads apt's simulation ("Inst NAME [OLD] (NEW …)") and adds to $D/before what it would
 * change, `package NAME OLD` or `new NAME`; another KEY begins anew. A second try sees only what is left, and must not forget the rest; what it sees at yet
 * another version was changed by somebody since. `keep_archives` fetches those versions' archives as far as they can be had: from repositories, or from what
 * apt has downloaded once.
 */
export const BEFORE = `
changes_of() { sed -n 's/^Inst \\([^ ]*\\) \\[\\([^]]*\\)\\].*/package \\1 \\2/p; s/^Inst \\([^ ]*\\) (.*/new \\1/p'; }
remember() {
  changes_of >"$D/before.found"
  if [ "$(head -n 1 "$D/before" 2>/dev/null)" != "for $1" ]; then
    rm -rf "$D/archives"; { echo "for $1"; echo "kernel $(uname -r)"; } >"$D/before"
  fi
  awk 'FILENAME == ARGV[1] { found[$2] = $0; next } $1 != "for" && ($2 in found) { next } { print } END { for (name in found) print found[name] }' \\
    "$D/before.found" "$D/before" >"$D/before.new" && mv -f "$D/before.new" "$D/before"
}
named() { printf '%s_%s_' "\${1%%:*}" "$(printf %s "$2" | sed 's/:/%3a/')"; }
archive_of() {
  for f in "$D/archives/$(named "$1" "$2")"*.deb; do if [ -s "$f" ]; then echo "$f"; return; fi; done
  return 1
}
downloaded() { for f in "/var/cache/apt/archives/$(named "$1" "$2")"*.deb; do if [ -s "$f" ]; then echo "$f"; return; fi; done; return 1; }
keep_archives() {
  mkdir -p "$D/archives"
  while read -r kind name version; do
    [ "$kind" = package ] || continue
    archive_of "$name" "$version" >/dev/null && continue
    if f=$(downloaded "$name" "$version"); then cp "$f" "$D/archives/" 2>/dev/null && continue; fi
    ( cd "$D/archives" && apt-get -qq -o APT::Sandbox::User= download "$name=$version" >/dev/null 2>&1 )
    archive_of "$name" "$version" >/dev/null && continue
    # A repository of files has names of its own.
    for f in "$D/archives/"*.deb; do
      [ "$(dpkg-deb -f "$f" Package 2>/dev/null) $(dpkg-deb -f "$f" Version 2>/dev/null)" = "\${name%%:*} $version" ] || continue
      mv -f "$f" "$D/archives/$(named "$name" "$version")$(dpkg-deb -f "$f" Architecture).deb"; break
    done
  done <"$D/before"
}
`;

/** $2 lists, $3 repository line, then name=version. Everything that apt would change is remembered, and its archives of now are kept. */
export const DOWNLOAD = `${APT}${RPM}${BEFORE}
fenced "$1"; exec 9>&-
renice -n 10 -p $$ >/dev/null 2>&1
at=$2 line=$3; shift 3
if ! command -v apt-get >/dev/null 2>&1; then
  repository "$line"
  if [ $# -gt 0 ]; then set -- install "$@"; else set -- upgrade; fi
  as_root dnf $from -y -q "$@" --downloadonly >"$D/stage.log" 2>&1 || fail failed "its packages cannot be downloaded: $(tail -n 2 "$D/stage.log" | tr '\\n' ' ')"
  exit 0
fi
DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND
pinned "$at" "$line"
as_root apt-get $A -qq -o DPkg::Lock::Timeout=120 update >/dev/null 2>"$D/stage.log" || fail failed "its package lists cannot be fetched: $(tail -n 2 "$D/stage.log" | tr '\\n' ' ')"
if [ $# -gt 0 ]; then set -- install --no-install-recommends --allow-downgrades "$@"; else set -- dist-upgrade; fi
apt-get $A -s -o Debug::NoLocking=1 "$@" 2>/dev/null | remember "$line $*"
keep_archives
as_root apt-get $A -y -qq --download-only -o DPkg::Lock::Timeout=120 "$@" >"$D/stage.log" 2>&1 ||
  fail failed "its packages cannot be downloaded: $(grep '^E:' "$D/stage.log" | tail -n 2 | tr '\\n' ' ')"
`;

/** `start_run` starts $D/packages.sh, which ends with its exit code in $D/packages.rc; `busy` tells whether it runs. */
export const RUN = `
busy() { case $(systemctl is-active ${UNIT} 2>/dev/null) in active | activating | deactivating | reloading) ;; *) return 1 ;; esac; }
start_run() {
  rm -f "$D/packages.rc"; : >"$D/packages.log"
  as_root systemctl reset-failed ${UNIT}.service 2>/dev/null
  as_root systemd-run --quiet --unit=${UNIT} --no-block --property=Type=oneshot /bin/sh $D/packages.sh 9>&- || fail failed "the package run cannot be started"
}
HEAD='exec >>$D/packages.log 2>&1 </dev/null
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none LC_ALL=C.UTF-8
keep="-o DPkg::Lock::Timeout=900 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
apt_get() { nice -n 10 apt-get -y -q $keep "$@"; }
# What an earlier run has left half set up; what cannot be mended may be by the versions that follow.
[ -z "$(dpkg --audit 2>/dev/null)" ] || nice -n 10 dpkg --force-confdef --force-confold --configure -a'
`;

/**
 * $2 lists, $3 repository line, $4 whether it may go back, then name=version. Prints `found` when a run is under way already. Names and versions hold nothing
 * that a shell reads.
 */
export const BEGIN = `${APT}${RPM}${RUN}
fenced "$1"
at=$2 line=$3 back=$4; shift 4
if busy; then echo found; exit 0; fi
rm -f "$D/back.boot"
words=; for p; do words="$words '$p'"; done
if command -v apt-get >/dev/null 2>&1; then
  pinned "$at" "$line"
  what="$A --no-remove --fix-broken dist-upgrade"
  [ $# -eq 0 ] || what="$A --no-remove --fix-broken install --no-install-recommends$words"
  [ "$back" != yes ] || what="--allow-downgrades $what"
  { echo "D=$D"; echo "$HEAD"
    [ -z "$line" ] || echo "apt_get $A update"
    echo "apt_get $what; rc=\\$?"
    [ -n "$line" ] || echo "if grep -q '^E: Version .* was not found' \\$D/packages.log; then apt_get update; apt_get $what; rc=\\$?; fi"
    echo "echo \\$rc >\\$D/packages.rc"
  } >"$D/packages.sh"
else
  repository "$line"
  what=upgrade; [ $# -eq 0 ] || what="install$words"
  { echo "D=$D"; echo "exec >>\\$D/packages.log 2>&1 </dev/null"
    echo "nice -n 10 dnf $from -y $what; echo \\$? >\\$D/packages.rc"
  } >"$D/packages.sh"
fi
start_run
`;

/** $1 seconds. Prints `rc CODE` and the end of the log once the run has ended, `gone RESULT` when it ended without a code, else the last line. */
export const FOLLOW = `${RUN}
left=$(( $1 * 20 ))
while [ ! -e "$D/packages.rc" ] && [ "$left" -gt 0 ] && busy; do sleep 0.05; left=$(( left - 1 )); done
# Right after its start a unit is not active yet.
[ -e "$D/packages.rc" ] || busy || sleep 0.5
if [ -e "$D/packages.rc" ]; then echo "rc $(cat "$D/packages.rc")"; tail -n 20 "$D/packages.log" | sed 's/^/log /'
elif busy; then tail -n 1 "$D/packages.log" | sed 's/^/log /'
else echo "gone $(systemctl show -p Result,ExecMainStatus ${UNIT} 2>/dev/null | tr '\\n' ' ')"; fi
`;

/** The end of what the package manager said, of the run that has ended. */
export const SAID = `tail -c 32000 "$D/packages.log" 2>/dev/null; :`;

/** Who holds a lock that apt needs, other than our own download; nothing: nobody. */
export const LOCKED = `
for f in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
  at=$(stat -c %i "$f" 2>/dev/null) || continue
  for pid in $(awk -v at=":$at" '$2 != "->" && substr($6, length($6) - length(at) + 1) == at { print $5 }' /proc/locks); do
    said=$(tr '\\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    case $said in *"DPkg::Lock::Timeout=120"*) continue ;; esac
    echo "$f is held by $(cat "/proc/$pid/comm" 2>/dev/null) (process $pid)"; exit 0
  done
done
:
`;
