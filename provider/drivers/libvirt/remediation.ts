import type { Baseline } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { ActContext } from "../../engine/ports.ts";
import { readLevel } from "./packages/reading.ts";
import { readPreflight } from "./preflight.ts";
import { download } from "./remediate/package-run.ts";
import { patch } from "./remediate/patch.ts";
import type { Site } from "./site.ts";

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
  const look = await site.lookout.host(host, context.signal);
  const refuse = (why: string) =>
    new RollError("conflict", `${host} is not patched: ${why}.`, { host, hint: "Look at the fleet again." });
  await site.run(host, `fenced "$1"`, [String(context.token)], context);
  if (!look.cordoned || look.mark === undefined) throw refuse("it is not cordoned under a mark");
  if (look.silent !== undefined) throw refuse(`its libvirt does not tell of its guests (${look.silent})`);
  const there = look.guests.filter(({ state }) => state !== "stopped").map(({ name }) => name);
  if (there.length > 0) throw refuse(`it is not empty (${there.slice(0, 3).join(", ")})`);
  const { finding } = await readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  if (finding?.compliance === "ahead") throw refuse(`it is ahead of the baseline (${finding.reason})`);
  mustBeReachable(host, finding);
  const began = site.clock.now();
  site.lookout.rebooting.add(host);
  const patched = await patch(site, host, baseline, context).finally(() => site.lookout.rebooting.delete(host));
  if (!patched) return;
  const seconds = Math.max(1, Math.round((site.clock.now() - began) / 1000));
  await site.run(host, TIMES, [String(context.token), String(seconds)], context);
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
