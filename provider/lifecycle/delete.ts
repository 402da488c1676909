import { type Baseline, baseline as baselineSchema } from "../core/baseline.ts";
import { isRollError, RollError } from "../core/errors.ts";
import { type Host, inService } from "../core/fleet.ts";
import type { Lease } from "../core/record.ts";
import { allNames } from "../core/takeup.ts";
import { target as targetSchema } from "../core/target.ts";
import { beats } from "../engine/lease.ts";
import type { Driver } from "../engine/ports.ts";
import { restore } from "../engine/restore.ts";
import { lookWith } from "./looks.ts";
import { ownersOf, type Props } from "./props.ts";
import type { Surroundings } from "./surroundings.ts";
import { known } from "./validate.ts";

const FORGET =
  "If the fleet is gone for good, set the resource option `retainOnDelete: true` (`pulumi up`, then destroy) or remove it with `pulumi state delete`.";

/**
 * Forgets the fleet: leaves hosts as they are, releases marks of this resource on hosts in service, gives other
 * actors their settings back, and keeps verdicts with the fleet. Throws `conflict` while a host is out under our mark or our roll is under way.
 */
export async function forget(around: Surroundings, saved: Props): Promise<void> {
  const target = known(targetSchema, saved.target);
  const baseline = known(baselineSchema, saved.baseline);
  if (target === undefined || baseline === undefined) return;
  try {
    const driver = await around.openDriver(target);
    try {
      const { fleet, record } = await lookWith(driver, baseline);
      const { lease } = record;
      const owners = allNames(record, ownersOf(saved, undefined));
      const ourRun = owners.includes(record.run?.owner ?? "");
      if (ourRun && lease !== undefined && (await beats(driver.record, around.process, lease, around.stop)))
        throw underWay(lease);
      const marked = fleet.hosts.filter((host) => host.mark !== undefined);
      const ours = marked.filter(({ mark }) => owners.includes(mark?.owner ?? ""));
      const out = ours.filter((host) => !inService(host));
      if (out.length > 0) throw stillOut(out);
      const settingsOwed = ourRun && marked.length === 0 && record.former !== undefined;
      if (ours.length > 0 || settingsOwed) await giveBack(around, driver, baseline, ours);
    } finally {
      driver.close();
    }
  } catch (error) {
    if (!isRollError(error) || error.kind === "conflict") throw error;
    const hint = error.hint === undefined ? FORGET : `${error.hint} ${FORGET}`;
    throw new RollError(
      error.kind,
      `The fleet cannot be looked at, so its hosts cannot be given back: ${error.message}`,
      { hint, cause: error },
    );
  }
}

function underWay({ holder, since }: Lease): RollError {
  return new RollError("conflict", `Not forgotten: ${holder} is at work on this fleet since ${since}.`, {
    hint: "Wait until it has ended, or ask it for a safe point with `npx rolling-patch stop`.",
  });
}

function stillOut(hosts: readonly Host[]): RollError {
  const names = hosts.map(({ id, mark }) => `${id} (run ${mark?.run})`).join(", ");
  return new RollError("conflict", `Not forgotten: out of service under this resource's mark: ${names}.`, {
    host: hosts[0]?.id,
    hint: "Bring them back first: `pulumi up` goes on with the roll (where another target is declared now, declare this one again before), `npx rolling-patch restore --host NAME` puts them into service as they are.",
  });
}

/** Only under the fleet's lease: a roll that is under way keeps it, and then this is refused. */
async function giveBack(
  around: Surroundings,
  driver: Driver,
  baseline: Baseline,
  hosts: readonly Host[],
): Promise<void> {
  const { process, gates, holder, instance, wall, say } = around;
  const named = hosts.length === 0 ? undefined : hosts.map(({ id }) => id);
  const { left } = await restore(
    { driver, process, silences: gates.silences, tell: (line) => say(line) },
    { baseline, hosts: named, holder, instance, wall },
  );
  if (left.length === 0) return;
  throw new RollError("conflict", `Not forgotten: ${left.map(({ what, why }) => `${what} (${why})`).join(", ")}.`, {
    hint: "Bring it back first: `pulumi up` goes on with the roll.",
  });
}
