import type { Baseline } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { ActContext } from "../../engine/ports.ts";
import { patch, stage as stagePackages } from "./remediate/patch.ts";
import type { Site } from "./site.ts";

/** Downloads what remediation will install. */
export async function stage(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<void> {
  await site.run(host, `fenced "$1"`, [String(context.token)], context);
  await stagePackages(site.shells.shell(host), host, baseline, context, site.clock);
}

/** Patches an empty, cordoned, marked host, and reboots it where that is needed. */
export async function remediate(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<void> {
  const look = await site.lookout.host(host, context.signal);
  const refuse = (why: string) =>
    new RollError("conflict", `${host} is not patched: ${why}.`, { host, hint: "Look at the fleet again." });
  await site.run(host, `fenced "$1"`, [String(context.token)], context);
  if (!look.cordoned || look.mark === undefined) throw refuse("it is not cordoned under a mark");
  const there = look.guests.filter(({ state }) => state !== "stopped").map(({ name }) => name);
  if (there.length > 0) throw refuse(`it is not empty (${there.slice(0, 3).join(", ")})`);
  const began = site.clock.now();
  site.lookout.rebooting.add(host);
  try {
    await patch(site.shells.shell(host), site.shells, host, site.target, baseline, context, site.clock);
  } finally {
    site.lookout.rebooting.delete(host);
  }
  const seconds = Math.max(1, Math.round((site.clock.now() - began) / 1000));
  await site.run(host, TIMES, [String(context.token), String(seconds)], context);
}

/** How long it took: the estimate for the next time. The boot is part of it. */
const TIMES = `
fenced "$1"
printf 'patch=%s\\nboot=1\\n' "$2" | replace "$D/times"
`;
