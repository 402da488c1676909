import type { Baseline } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { ActContext, WayBack } from "../../engine/ports.ts";
import type { HostLook } from "./look/host-look.ts";
import { readLevel } from "./packages/reading.ts";
import { readPreflight } from "./preflight.ts";
import { download } from "./remediate/package-run.ts";
import { patch } from "./remediate/patch.ts";
import { foresee, rollback, secure } from "./remediate/way-back.ts";
import type { Site } from "./site.ts";
import { hush } from "./timers.ts";

/** Downloads what remediation will install. */
export async function stage(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<void> {
  await site.run(host, `fenced "$1"`, [String(context.token)], context);
  const { finding, install } = await readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  mustBeReachable(host, finding);
  // Once more, now: what was seen with the plan may be hours old, and no guest has moved yet.
  const { blocked } = await readPreflight(site.shells.shell(host), host);
  if (blocked !== undefined) mustBeReachable(host, { compliance: "blocked", reason: blocked });
  if (finding?.compliance === "drifted") await download(site, host, { install, baseline }, context);
}

/** Patches an empty, cordoned, marked host, and reboots it where that is needed. */
export async function remediate(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<void> {
  await mustBeOut(site, host, context, "patched");
  const { finding } = await readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  if (finding?.compliance === "ahead")
    throw refusal(host, `not patched: it is ahead of the baseline (${finding.reason})`);
  mustBeReachable(host, finding);
  await hush(site, host, context);
  const began = site.clock.now();
  const patched = await rebooting(site, host, () => patch(site, host, baseline, context));
  if (!patched) return;
  const seconds = Math.max(1, Math.round((site.clock.now() - began) / 1000));
  await site.run(host, TIMES, [String(context.token), String(seconds)], context);
}

/** The way back of hosts that are patched with apt. */
export function wayBackOf(site: Site, act: Act): WayBack {
  return {
    missing: (host, baseline, signal) => foresee(site, host, baseline, signal),
    secure: (host, context) => act("stage", context, host, () => secure(site, host, context)),
    rollback: (host, context) =>
      act("rollback", context, host, async () => {
        await mustBeOut(site, host, context, "taken back");
        await hush(site, host, context);
        await rebooting(site, host, () => rollback(site, host, context));
      }),
  };
}

/** Begins an act, unless we were asked to stop, its deadline has passed or the host is an operator's. */
type Act = (what: string, context: ActContext, host: string, body: () => Promise<void>) => Promise<void>;

/** Throws `conflict` unless the host is cordoned under a mark and empty. */
async function mustBeOut(site: Site, host: string, context: ActContext, what: string): Promise<void> {
  const look = await site.lookout.host(host, context.signal);
  await site.run(host, `fenced "$1"`, [String(context.token)], context);
  const why = whyNotOut(look);
  if (why !== undefined) throw refusal(host, `not ${what}: ${why}`);
}

/** Why a host may not be patched or rebooted as it looks now; undefined: it is out, and known to be empty. */
export function whyNotOut({ cordoned, mark, silent, listed, guests }: HostLook): string | undefined {
  if (!cordoned || mark === undefined) return "it is not cordoned under a mark";
  if (silent !== undefined) return `its libvirt does not tell of its guests (${silent})`;
  const untold = [...listed].find((uuid) => !guests.some((guest) => guest.uuid === uuid));
  if (untold !== undefined) return `its libvirt lists the guest ${untold} and does not tell of it`;
  const there = guests.filter(({ state }) => state !== "stopped").map(({ name }) => name);
  return there.length === 0 ? undefined : `it is not empty (${there.slice(0, 3).join(", ")})`;
}

function refusal(host: string, why: string): RollError {
  return new RollError("conflict", `${host} is ${why}.`, { host, hint: "Look at the fleet again." });
}

async function rebooting<T>({ lookout }: Site, host: string, work: () => Promise<T>): Promise<T> {
  lookout.rebooting.add(host);
  return work().finally(() => lookout.rebooting.delete(host));
}

function mustBeReachable(host: string, finding: { compliance: string; reason: string } | undefined): void {
  if (finding?.compliance !== "blocked") return;
  throw new RollError("failed", `${host} cannot be taken to the baseline: ${finding.reason}.`, { host });
}

/** How long it took, boot included: the estimate for the next time. */
const TIMES = `
fenced "$1"
printf 'patch=%s\\nboot=1\\n' "$2" | replace "$D/times"
`;
