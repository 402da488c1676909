import { isRollError, RollError } from "../../core/errors.ts";
import type { LibvirtTarget } from "../../core/libvirt-target.ts";
import type { ActContext } from "../../engine/ports.ts";
import type { Site } from "./site.ts";

/** Seconds that one run waits on the host for the end of a migration: an answer comes as soon as there is one. */
const WAIT = 5;

/**
 * Moves a running guest. virsh runs on the source, apart from our connection: a migration goes on when we are gone, and the next
 * caller finds it. Its exit code is a hint; where the guest runs is read from both hosts.
 */
export async function migrate(site: Site, id: string, to: string, context: ActContext): Promise<void> {
  const target = await site.lookout.host(to, context.signal);
  const { guest, host: from, movingTo, transient, autostart } = await site.lookout.guest(id, [to], context.signal);
  const { uuid } = guest;
  if (from === to && movingTo === undefined) {
    if (guest.state === "running") return;
    throw new RollError("conflict", `${id} is stopped on ${to}.`, { host: to, hint: "Start it first." });
  }
  if (movingTo !== to) {
    if (movingTo !== undefined)
      throw new RollError("conflict", `${id} is busy: it moves to ${movingTo}.`, {
        host: from,
        hint: "Wait until that has ended.",
      });
    if (guest.state === "stopped")
      throw new RollError("conflict", `${id} is stopped on ${from}.`, { host: from, hint: "Start it first." });
    if (target.cordoned)
      throw new RollError("conflict", `${id} cannot move to ${to}: that host is cordoned.`, {
        host: to,
        hint: "Look at the fleet again and choose anew.",
      });
    for (const name of [from, to]) site.mustBeFree(name, await site.lookout.host(name, context.signal));
    await site.run(to, ENTER, [String(context.token)], context);
    const flags = flagsOf(site.target, { transient });
    const args = [String(context.token), uuid, to, uriOf(site.target, to), autostart ? "yes" : "no", ...flags];
    await site.run(from, BEGIN, args, context);
  }
  context.progress(0, `${id} moves to ${to}`);
  await follow(site, { id, uuid, from, to, autostart }, context);
}

interface Move {
  readonly id: string;
  readonly uuid: string;
  readonly from: string;
  readonly to: string;
  readonly autostart: boolean;
}

async function follow(site: Site, move: Move, context: ActContext): Promise<void> {
  const { id, uuid, from, to } = move;
  for (let far = 0; ; ) {
    const left = (context.deadline - site.clock.now()) / 1000;
    if (left <= 0) return callOff(site, move, context);
    let told: string;
    try {
      told = await site.ask(from, FOLLOW, [uuid, String(Math.max(1, Math.min(WAIT, Math.ceil(left))))], context.signal);
    } catch (error) {
      if (!isRollError(error) || error.kind !== "unavailable") throw error;
      if (await runsOn(site, move, to)) return arrived(site, move, context);
      throw error;
    }
    const [, code] = /^rc (\d+)$/m.exec(told) ?? [];
    if (code !== undefined) return ended(site, move, Number(code), told, context);
    if (/^gone$/m.test(told) && (await runsOn(site, move, to))) return arrived(site, move, context);
    if (/^gone$/m.test(told)) throw lost(move, told);
    far = Math.max(far, progressOf(told));
    context.progress(far, `${id} moves to ${to}`);
  }
}

/** After any end both hosts are read: virsh can fail when the guest has arrived, and the other way round. */
async function ended(site: Site, move: Move, code: number, told: string, context: ActContext): Promise<void> {
  const { id, from, to } = move;
  if (await runsOn(site, move, to)) return arrived(site, move, context);
  if (await runsOn(site, move, from))
    throw new RollError("failed", `${id} did not move from ${from} to ${to}: ${lastWords(told, code)}.`, {
      host: from,
      hint: "It still runs where it was.",
    });
  throw lost(move, lastWords(told, code));
}

/** Too late: the migration is called off, and what was copied is told. */
async function callOff(site: Site, move: Move, context: ActContext): Promise<void> {
  const { id, uuid, from, to } = move;
  const told = await site.ask(from, CALL_OFF, [uuid], undefined);
  if (await runsOn(site, move, to)) return arrived(site, move, context);
  const numbers = [...told.matchAll(/^ *(Memory remaining|Dirty rate|Iteration|Memory bandwidth): *(.+?) *$/gim)].map(
    ([, name, value]) => `${name?.toLowerCase()} ${value?.replace(/\s+/g, " ")}`,
  );
  throw new RollError(
    "failed",
    `${id} had not moved from ${from} to ${to} by its deadline and was called off${numbers.length > 0 ? ` (${numbers.join(", ")})` : ""}.`,
    {
      host: from,
      hint: "It still runs where it was. Give it more bandwidth or time, or allow post-copy (`migration.converge`).",
    },
  );
}

async function arrived(site: Site, { uuid, to, from, autostart }: Move, context: ActContext): Promise<void> {
  if (autostart) await site.run(to, AUTOSTART, [String(context.token), uuid], context);
  // The job's files say nothing any more; a source that has died has none.
  await site.ask(from, FORGET, [uuid], undefined).catch(() => {});
  context.progress(1, "moved");
}

async function runsOn(site: Site, { uuid }: Move, host: string): Promise<boolean> {
  const look = await site.lookout.host(host).catch(() => undefined);
  return look?.guests.some((guest) => guest.uuid === uuid && guest.state === "running") === true;
}

function lost({ id, from, to }: Move, words: string): RollError {
  return new RollError("failed", `${id} runs neither on ${from} nor on ${to} after its migration: ${words.trim()}.`, {
    host: from,
    hint: "Look at both hosts (`virsh list --all`) before anybody starts it: two running copies destroy a shared disk.",
  });
}

function lastWords(told: string, code: number): string {
  const log = [...told.matchAll(/^log (.+)$/gm)]
    .map(([, line]) => line?.replace(/^error: /, "").trim())
    .filter(Boolean);
  return log.slice(-2).join("; ").replace(/\.$/, "") || `virsh ended with ${code}`;
}

function progressOf(told: string): number {
  const percent = [...told.matchAll(/\[ *([\d.]+) *%\]/g)].at(-1)?.[1];
  return Math.min(0.99, Number(percent ?? 0) / 100);
}

function uriOf({ migration }: LibvirtTarget, to: string): string {
  const way = { tls: "qemu://", tcp: "qemu+tcp://", ssh: "qemu+ssh://root@" }[migration.transport];
  return `${way}${to}/system`;
}

function flagsOf({ migration }: LibvirtTarget, { transient }: { transient: boolean }): string[] {
  const { converge, patience, bandwidth, storage, tunnelled } = migration;
  const late = ["--timeout", String(patience)];
  return [
    ...["--live", "--p2p", "--verbose"],
    ...(transient ? [] : ["--persistent", "--undefinesource"]),
    ...(tunnelled ? ["--tunnelled"] : []),
    ...(storage === "copy" ? ["--copy-storage-all"] : []),
    ...(bandwidth === undefined ? [] : ["--bandwidth", String(bandwidth)]),
    ...(converge === "auto-converge" ? ["--auto-converge"] : []),
    ...(converge === "post-copy" ? ["--postcopy", ...late, "--timeout-postcopy"] : []),
    ...(converge === "suspend" ? [...late, "--timeout-suspend"] : []),
  ];
}

/** The target lets it in. */
const ENTER = `
fenced "$1"
[ ! -e "$D/cordon" ] || fail conflict "it is cordoned"
[ ! -e "$D/hold" ] || fail conflict "it is held by an operator"
`;

/** $2 UUID, $3 target, $4 its URI, $5 whether it starts with its host, then virsh's flags. */
const BEGIN = `
fenced "$1"
uuid=$2 job=$D/jobs/$2
if [ -e "$job.to" ] && [ ! -e "$job.rc" ] && pid=$(cat "$job.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
  [ "$(cat "$job.to")" = "$3" ] && exit 0
  fail conflict "the guest is busy: it moves to $(cat "$job.to")"
fi
mkdir -p "$D/jobs"; rm -f "$job.rc"; printf '%s\\n' "$3" >"$job.to"
uri=$4; shift 5
setsid sh -c '
  job=$1 uuid=$2 uri=$3; shift 3
  echo $$ >"$job.pid"
  virsh -c qemu:///system migrate "$@" "$uuid" "$uri"
  echo $? >"$job.rc.new"; mv -f "$job.rc.new" "$job.rc"
' sh "$job" "$uuid" "$uri" "$@" >"$job.log" 2>&1 </dev/null 9>&- &
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$job.pid" ] && break; sleep 0.02; done
:
`;

/** $1 UUID, $2 seconds: waits for the end, tells the exit code, or how far it is; \`gone\`: nothing of ours moves it. */
const FOLLOW = `
job=$D/jobs/$1 left=$(( $2 * 20 ))
while [ ! -e "$job.rc" ] && [ "$left" -gt 0 ]; do
  pid=$(cat "$job.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null || { [ -e "$job.rc" ] || [ "$left" -lt 15 ] || left=15; }
  sleep 0.05; left=$(( left - 1 ))
done
if [ -e "$job.rc" ]; then
  echo "rc $(cat "$job.rc")"; tr '\\r' '\\n' <"$job.log" | tail -n 5 | sed 's/^/log /'
elif pid=$(cat "$job.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
  tr '\\r' '\\n' <"$job.log" | tail -n 1
else
  virsh -q -c qemu:///system domjobinfo "$1" 2>/dev/null | grep -q 'migration\\|Unbounded' || echo gone
fi
`;

const CALL_OFF = `
virsh -c qemu:///system domjobinfo "$1" 2>/dev/null
virsh -q -c qemu:///system domjobabort "$1" 2>&1
job=$D/jobs/$1
for _ in $(seq 100); do [ -e "$job.rc" ] && break; sleep 0.1; done
:
`;

const AUTOSTART = `
fenced "$1"
if [ -e "$D/cordon" ]; then mkdir -p "$D/autostart"; : >"$D/autostart/$2"; else virsh -q -c qemu:///system autostart "$2" >/dev/null; fi
`;

const FORGET = `
job=$D/jobs/$1
[ ! -e "$job.rc" ] || rm -f "$job.rc" "$job.to" "$job.pid" "$job.log"
`;
