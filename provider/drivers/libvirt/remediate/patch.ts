import type { Baseline } from "../../../core/baseline.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { readLevel } from "../packages/reading.ts";
import type { Site } from "../site.ts";
import { install } from "./package-run.ts";
import { reboot } from "./reboot.ts";

/** Takes a host to its level: installs what is missing, then reboots it if that is needed or declared. A host that is there is left as it is: false. */
export async function patch(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<boolean> {
  const before = await readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  if (before.finding === undefined && before.problem === undefined && !before.rebootPending) return false;
  if (before.level !== before.wanted || before.problem !== undefined) {
    context.progress(0, "installing");
    await install(site, host, { install: before.install, baseline }, context);
  }
  const after = await readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  const must = after.rebootPending || after.evidence !== after.wanted || site.target.reboot === "always";
  if (must) await reboot(site, host, context);
  context.progress(0.9, "looking at what it runs");
  return true;
}
