import { z } from "zod";
import type { Approval } from "./record.ts";
import type { RunMemory } from "./run.ts";

/** Gates at which a roll waits for people: before its first host, and when the canary is back. */
export const approvalGate = z.enum(["start", "canary"]);
export type ApprovalGate = z.output<typeof approvalGate>;

const several = z
  .strictObject({
    gate: approvalGate.describe(
      '"start": before the first host is touched; "canary": when the canary is back and its tests have passed.',
    ),
    people: z.int().min(1).max(10).default(1).describe("How many different people have to approve, 1 to 10."),
  })
  .describe('A gate at which several people have to approve: `{ gate: "canary", people: 2 }`.');

/** `policy.approve`. */
export const approve = z
  .array(
    z.union([approvalGate, several]).transform((one) => (typeof one === "string" ? { gate: one, people: 1 } : one)),
  )
  .default([])
  .superRefine((list, context) => {
    list.forEach(({ gate }, index) => {
      if (list.findIndex((other) => other.gate === gate) < index)
        context.addIssue({ code: "custom", path: [index], message: `the gate "${gate}" is named twice` });
    });
  });

/** What a run waits for. */
export interface Awaited {
  readonly gate: ApprovalGate;
  /** How many different people. */
  readonly people: number;
  /** Why, in a few words. */
  readonly why: string;
}

/** The different people who have approved a gate of a run, in the order in which they did. */
export function approversOf(
  approvals: readonly Approval[] | undefined,
  run: Pick<RunMemory, "id">,
  gate: ApprovalGate,
): string[] {
  const found = (approvals ?? []).filter((one) => one.of === "gate" && one.id === run.id && one.gate === gate);
  const people = new Map(found.map(({ by }) => [person(by), by]));
  return [...people.values()];
}

/** Two approvals of one person count once, from whatever machine: "Anna@laptop, process 12" and "anna@ci" are one. */
export function person(by: string): string {
  return (by.split(/[@,\s]/)[0] ?? by).toLowerCase();
}
