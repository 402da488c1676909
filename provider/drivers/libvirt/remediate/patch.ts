import type { Baseline } from "../../../core/baseline.ts";
import { RollError } from "../../../core/errors.ts";
import { levelChange } from "../../../core/levels.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { STATE } from "../on-host.ts";
import { type LevelReading, readLevel } from "../packages/reading.ts";
import type { Site } from "../site.ts";
import { install } from "./package-run.ts";
import { reboot } from "./reboot.ts";

/**
 * Takes a host to its level: installs what is missing, then reboots it if that is needed or declared. A host that is there is left as it is: false. Throws
 * `failed` when its packages are not at their versions although the package manager is content, before anything reboots.
 */
export async function patch(site: Site, host: string, baseline: Baseline, context: ActContext): Promise<boolean> {
  const read = () => readLevel(site.shells.shell(host), host, baseline, { signal: context.signal });
  const before = await read();
  if (before.finding === undefined && before.problem === undefined && !before.rebootPending) return false;
  let after = before;
  // A run that was found under way may have installed something else: then once more.
  for (let isOurs = false; !isOurs && isUnfinished(after); ) {
    context.progress(0, "installing");
    isOurs = await install(site, host, { install: after.install, baseline }, context);
    after = await read();
  }
  if (isUnfinished(after)) {
    const what = after.problem ?? levelChange(after.level, after.wanted);
    throw new RollError("failed", `${host}: its packages were installed, and yet it is not at its level: ${what}.`, {
      host,
      hint: `See ${STATE}/packages.log there.`,
    });
  }
  const must = after.rebootPending || after.evidence !== after.wanted || site.target.reboot === "always";
  if (must) await reboot(site, host, context);
  context.progress(0.9, "looking at what it runs");
  return true;
}

const isUnfinished = ({ level, wanted, problem }: LevelReading): boolean => level !== wanted || problem !== undefined;
