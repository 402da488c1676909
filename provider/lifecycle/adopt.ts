import { RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import { type Target, targetUri } from "../core/target.ts";
import { compareVersions, versionProblem } from "../core/version.ts";
import { resourceId } from "./apply.ts";
import type { Looks } from "./looks.ts";
import { savedProps } from "./outputs.ts";
import { inputsOf, type ReadResult } from "./read.ts";
import { fleetFailure } from "./refusals.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Takes over a fleet that is in no state yet: its baseline is the level that most of its hosts have, so that a fleet of one level
 * shows no change. `id`: canonical target URI, or the id of a resource (`project/stack/name@URI`). Throws RollErrors: `invalid`
 * for an id that names no fleet, else as a look does.
 */
export async function adopt(
  around: Surroundings,
  looks: Looks,
  id: string,
  owner: string,
): Promise<ReadResult & { readonly id: string }> {
  const target = targetFrom(id);
  const { fleet } = await looks.look(target, { version: "0" });
  const failure = fleetFailure(fleet);
  if (failure !== undefined) throw new RollError("invalid", failure.reason);
  const baseline = { version: commonLevel(fleet) };
  const look = await looks.look(target, baseline);
  const props = savedProps({ target, baseline, owner }, look, [owner], {}, around.files.folder);
  return { id: resourceId({ owner, target }), props, inputs: inputsOf(props) };
}

function targetFrom(id: string): Target {
  const uri = id.replace(/^.*@(?=[a-z]+:)/, "");
  const [, kind = "", rest = ""] = /^([a-z]+):(.+)$/s.exec(uri) ?? [];
  const target: Target = { kind: "simulated", file: rest };
  if (kind === "simulated" && targetUri(target) === uri) return target;
  if (kind === "simulated" && rest !== "")
    throw new RollError("invalid", `"${id}" is not how a fleet is named.`, { hint: `Import "${targetUri(target)}".` });
  if (kind === "libvirt")
    throw new RollError("invalid", `"${id}" does not tell which hosts are in the fleet, so it cannot be imported.`, {
      hint: "Declare it: the first `pulumi up` takes over a fleet as it is, and touches no host that is at the level.",
    });
  throw new RollError("invalid", `"${id}" names no fleet.`, {
    hint: 'Import by the canonical URI of the target: "simulated:fleet.db".',
  });
}

/** The level that most hosts are at; of two that are as frequent the newer one. */
function commonLevel({ hosts, scheme }: Fleet): string {
  const counts = new Map<string, number>();
  for (const { level } of hosts)
    if (versionProblem(scheme, level) === undefined) counts.set(level, (counts.get(level) ?? 0) + 1);
  const [first] = [...counts].sort(([a, many], [b, more]) => more - many || compareVersions(scheme, b, a));
  if (first === undefined)
    throw new RollError("invalid", "The level of no host can be read, so there is none to start from.", {
      hint: "Declare the fleet with a baseline instead.",
    });
  return first[0];
}
