import { baseline as baselineSchema } from "../core/baseline.ts";
import { isRollError, RollError } from "../core/errors.ts";
import { type Host, inService } from "../core/fleet.ts";
import { target as targetSchema } from "../core/target.ts";
import { Keeper } from "../engine/keeper.ts";
import type { Driver } from "../engine/ports.ts";
import { lookWith } from "./looks.ts";
import { ownersOf, type Props } from "./props.ts";
import type { Surroundings } from "./surroundings.ts";
import { known } from "./validate.ts";

/** Longest that releasing one mark may take, fleet milliseconds. */
const RELEASE = 10 * 60_000;
const FORGET =
  "If the fleet is gone for good, set the resource option `retainOnDelete: true` (`pulumi up`, then destroy) or remove it with `pulumi state delete`.";

/**
 * Forgets the fleet: leaves hosts as they are, releases marks of this resource on hosts in service, and keeps verdicts with the
 * fleet. Throws `conflict` while a host is out under our mark or a roll is under way.
 */
export async function forget(around: Surroundings, saved: Props): Promise<void> {
  const target = known(targetSchema, saved.target);
  const baseline = known(baselineSchema, saved.baseline);
  if (target === undefined || baseline === undefined) return;
  const owners = ownersOf(saved, undefined);
  try {
    const driver = await around.openDriver(target);
    try {
      const { fleet } = await lookWith(driver, baseline);
      const marked = fleet.hosts.filter(({ mark }) => mark !== undefined && owners.includes(mark.owner));
      const out = marked.filter((host) => !inService(host));
      if (out.length > 0) throw stillOut(out);
      if (marked.length > 0) await release(around, driver, marked);
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

function stillOut(hosts: readonly Host[]): RollError {
  const names = hosts.map(({ id, mark }) => `${id} (run ${mark?.run})`).join(", ");
  return new RollError("conflict", `Not forgotten: out of service under this resource's mark: ${names}.`, {
    host: hosts[0]?.id,
    hint: "Bring them back first: `pulumi up` goes on with the roll, `npx rolling-patch restore` gives back what a dead run left.",
  });
}

/** Marks may only be taken away under the fleet's lease: a roll that is under way keeps it, and then this is refused. */
async function release(around: Surroundings, driver: Driver, hosts: readonly Host[]): Promise<void> {
  const contender = { holder: around.holder, instance: around.instance, wall: around.wall };
  const keeper = await Keeper.claim(driver.record, around.process, contender, () => {});
  try {
    for (const { id } of hosts) {
      const context = {
        token: keeper.token,
        signal: around.stop,
        deadline: driver.clock.now() + RELEASE,
        progress: () => {},
      };
      await driver.release(id, context);
    }
  } finally {
    await keeper.release((record) => record);
  }
}
