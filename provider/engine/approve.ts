import { type ApprovalGate, type Awaited, approversOf, person } from "../core/approval.ts";
import { isRollError, RollError } from "../core/errors.ts";
import type { RunMemory } from "../core/run.ts";
import type { RecordStore } from "./ports.ts";

/** What became of an approval. */
export type ApprovalRequest =
  /** It is on record. `people`: who have approved so far, of how many; `holder`: the process that waits for it, if one does. */
  | {
      readonly kind: "approved" | "already";
      readonly run: string;
      readonly people: readonly string[];
      readonly awaited: Awaited;
      readonly holder?: string;
    }
  /** No run waits at this gate. */
  | { readonly kind: "nothing waits"; readonly run?: RunMemory | undefined };

/**
 * Lets a run pass a gate: writes who and when into the fleet record, whether or not a process waits for it now. One person
 * counts once. `at`: wall clock, ISO 8601.
 */
export async function requestApproval(
  store: RecordStore,
  gate: ApprovalGate,
  by: string,
  at: string,
): Promise<ApprovalRequest> {
  for (let round = 0; round < 10; round++) {
    const seen = await store.read();
    const { run, approvals = [], lease } = seen?.record ?? {};
    const awaited = run?.awaits;
    if (seen === undefined || run === undefined || awaited?.gate !== gate) return { kind: "nothing waits", run };
    const told = { run: run.id, awaited, ...(lease === undefined ? {} : { holder: lease.holder }) };
    const before = approversOf(approvals, run, gate);
    if (before.some((one) => person(one) === person(by))) return { kind: "already", people: before, ...told };
    const next = [...approvals, { of: "gate", gate, id: run.id, by, at } as const].slice(-MOST);
    try {
      await store.write({ ...seen.record, approvals: next }, seen.version);
      return { kind: "approved", people: approversOf(next, run, gate), ...told };
    } catch (error) {
      // The holder beat in between: look again.
      if (!isRollError(error) || error.kind !== "conflict") throw error;
    }
  }
  throw new RollError("conflict", "The fleet record changes too fast to leave an approval in it.", {
    hint: "Try again.",
  });
}

/** Approvals that the record keeps. */
const MOST = 20;
