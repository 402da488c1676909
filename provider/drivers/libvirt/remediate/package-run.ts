import type { Baseline } from "../../../core/baseline.ts";
import { RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { STATE } from "../on-host.ts";
import { APT, listsFor } from "../packages/apt.ts";
import type { Site } from "../site.ts";

/** Seconds that one run waits on the host for the end of the packages' own run. */
const WAIT = 5;
/** Lines of the package manager's log that are told when it fails. */
const LINES = 4;

/** Packages as they are to be installed. */
export interface Wanted {
  /** `name=version`. Empty: everything, to its version in the pinned repository. */
  readonly install: readonly string[];
  readonly baseline: Baseline;
}

/** Downloads what a package run will install, while the host still serves, and keeps the versions of now for a way back. */
export async function download(
  site: Site,
  host: string,
  { install, baseline }: Wanted,
  context: ActContext,
): Promise<void> {
  const left = Math.max(1000, context.deadline - site.clock.now());
  const args = [String(context.token), listsFor(baseline, STATE), baseline.distribution ?? "", ...install];
  await site.run(host, APT + DOWNLOAD, args, context, left);
}

/**
 * Installs, apart from our connection: a transient unit goes on when we are gone, and the next caller waits for the same one. Its
 * exit code is a hint; what is installed is read from dpkg.
 */
export async function install(
  site: Site,
  host: string,
  { install, baseline }: Wanted,
  context: ActContext,
): Promise<void> {
  const back = baseline.allowDowngrade === true ? "--allow-downgrades" : "--no-remove";
  const args = [String(context.token), listsFor(baseline, STATE), baseline.distribution ?? "", back, ...install];
  await site.run(host, APT + BEGIN, args, context);
  for (;;) {
    const told = await site.ask(host, FOLLOW, [String(WAIT)], context.signal);
    const [, code] = /^rc (\d+)$/m.exec(told) ?? [];
    if (code === "0") return;
    if (code !== undefined) throw failed(host, told, code);
    if (/^gone$/m.test(told))
      throw new RollError("failed", `${host}: the package run ended without a result.`, {
        host,
        hint: `See ${STATE}/packages.log and \`journalctl -u rolling-patch-packages\` there.`,
      });
    const last = /^log (.*)$/m.exec(told)?.[1]?.trim();
    context.progress(0.1, last === undefined || last === "" ? "installing" : `installing: ${last.slice(0, 80)}`);
    if (site.clock.now() >= context.deadline)
      throw new RollError("failed", `${host}: its packages were not installed by the deadline.`, {
        host,
        hint: `The package run goes on there; see ${STATE}/packages.log. Does another process hold its lock?`,
      });
  }
}

function failed(host: string, told: string, code: string): RollError {
  const log = [...told.matchAll(/^log (.*)$/gm)].map(([, line]) => line?.trim() ?? "").filter(Boolean);
  const telling = log.filter((line) => /^(E:|dpkg: error|Errors were|W:)|error|cannot|No space/i.test(line));
  const words = (telling.length > 0 ? telling : log).slice(-LINES).join("; ");
  return new RollError(
    "failed",
    `${host}: its packages could not be installed (exit code ${code}): ${words || "no output"}.`,
    {
      host,
      hint: `See ${STATE}/packages.log there.`,
    },
  );
}

/** $2 lists, $3 repository line, then name=version. */
const DOWNLOAD = `
fenced "$1"; exec 9>&-
renice -n 10 -p $$ >/dev/null 2>&1
at=$2 line=$3; shift 3
DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND
A=; [ -z "$line" ] || { sources "$at" "$line"; }
as_root apt-get $A -qq -o DPkg::Lock::Timeout=120 update >/dev/null 2>"$D/stage.log" || fail failed "its package lists cannot be fetched: $(tail -n 2 "$D/stage.log" | tr '\\n' ' ')"
mkdir -p "$D/archives"
( cd "$D/archives" || exit 0
  for p; do
    name=\${p%%=*}; old=$(dpkg-query -W -f='\${Version}' "$name" 2>/dev/null) || continue
    [ -z "$old" ] || [ "$name=$old" = "$p" ] || ls "\${name}_"*"$(printf %s "$old" | sed 's/:/%3a/')"*.deb >/dev/null 2>&1 || apt-get $A -qq download "$name=$old" >/dev/null 2>&1
  done )
if [ $# -gt 0 ]; then set -- install --no-install-recommends --allow-downgrades "$@"; else set -- dist-upgrade; fi
as_root apt-get $A -y -qq --download-only -o DPkg::Lock::Timeout=120 "$@" >"$D/stage.log" 2>&1 ||
  fail failed "its packages cannot be downloaded: $(grep '^E:' "$D/stage.log" | tail -n 2 | tr '\\n' ' ')"
`;

/** $2 lists, $3 repository line, $4 an option, then name=version. Names and versions hold nothing that a shell reads. */
const BEGIN = `
fenced "$1"
at=$2 line=$3 option=$4; shift 4
unit=rolling-patch-packages
case $(systemctl is-active $unit 2>/dev/null) in active | activating) exit 0 ;; esac
rm -f "$D/packages.rc"; : >"$D/packages.log"
A=; [ -z "$line" ] || sources "$at" "$line"
if [ $# -gt 0 ]; then what="install --no-install-recommends $option"; for p; do what="$what '$p'"; done; else what=dist-upgrade; fi
cat >"$D/packages.sh" <<END
exec >>"$D/packages.log" 2>&1 </dev/null
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none LC_ALL=C.UTF-8
apt_get() { nice -n 10 apt-get $A -y -q -o DPkg::Lock::Timeout=900 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "\\$@"; }
apt_get $what; rc=\\$?
if grep -q 'dpkg --configure -a' "$D/packages.log"; then dpkg --force-confdef --force-confold --configure -a; apt_get $what; rc=\\$?; fi
if grep -q '^E: Version .* was not found' "$D/packages.log"; then apt_get update; apt_get $what; rc=\\$?; fi
echo \\$rc >"$D/packages.rc"
END
as_root systemctl reset-failed $unit 2>/dev/null
as_root systemd-run --quiet --unit=$unit --no-block --property=Type=oneshot /bin/sh "$D/packages.sh" 9>&- ||
  fail failed "the package run cannot be started"
`;

const FOLLOW = `
left=$(( $1 * 20 ))
busy() { case $(systemctl is-active rolling-patch-packages 2>/dev/null) in active | activating | deactivating) ;; *) return 1 ;; esac; }
while [ ! -e "$D/packages.rc" ] && [ "$left" -gt 0 ] && busy; do sleep 0.05; left=$(( left - 1 )); done
if [ -e "$D/packages.rc" ]; then echo "rc $(cat "$D/packages.rc")"; tail -n 20 "$D/packages.log" | sed 's/^/log /'
elif busy; then tail -n 1 "$D/packages.log" | sed 's/^/log /'
else echo gone; fi
`;
