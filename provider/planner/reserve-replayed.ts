import type { Host, Resources } from "../core/fleet.ts";
import type { Policy } from "../core/policy.ts";
import type { Ledger } from "./ledger.ts";

/** A host in hand, as the validator sees it. */
export interface Returning {
  readonly host: Host;
  /** Most that it books in service while its load comes back, beyond what is booked elsewhere. */
  readonly back: Resources;
}

/**
 * Resource of which less than the reserve is free at some moment: with all hosts in hand out, with any one of them back, or with all of
 * those back that leave less room when they are. Undefined: none.
 */
export function shortOnTheWay(
  ledger: Ledger,
  reserve: NonNullable<Policy["reserve"]>,
  inHand: readonly Returning[],
): string | undefined {
  const returning = inHand.filter((one) => Object.keys(one.back).length > 0);
  const moments = [[], ...returning.map((one) => [one]), returning];
  const short = (back: readonly Returning[]): string | undefined =>
    ledger.shortOf(
      reserve,
      back.map((one) => [one.host, one.back] as const),
    );
  return moments.map(short).find((resource) => resource !== undefined);
}
