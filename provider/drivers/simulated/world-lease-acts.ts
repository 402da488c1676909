import { RollError } from "../../core/errors.ts";
import type { World } from "./world.ts";
import { already, done, type Effect } from "./world-effects.ts";

/** Throws `conflict` when the token is not the lease's: the caller's turn is over. */
export function checkToken(world: World, token: number): void {
  const lease = world.record?.record.lease;
  if (lease?.token === token) return;
  const message =
    lease === undefined
      ? `Nobody holds the lease of this fleet; token ${token} is not valid.`
      : `The lease of this fleet is held by ${lease.holder} since ${lease.since} (token ${lease.token}); token ${token} is not valid.`;
  throw new RollError("conflict", message, { hint: "Look who runs a roll here before starting another one." });
}

/** Puts the other actors aside. */
export function quiet(world: World): Effect {
  return setActors(world, Object.fromEntries(Object.keys(world.actors).map((name) => [name, false])));
}

/** Gives the other actors their former settings. */
export function restore(world: World, former: Readonly<Record<string, unknown>>): Effect {
  return setActors(world, { ...world.actors, ...former });
}

function setActors(world: World, settings: Readonly<Record<string, unknown>>): Effect {
  if (JSON.stringify(settings) === JSON.stringify(world.actors)) return already;
  world.actors = settings;
  return done;
}
