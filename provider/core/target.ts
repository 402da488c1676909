import { z } from "zod";

/** The embedded fleet: one file, simulated hosts and workloads. */
export const simulatedTarget = z.strictObject({
  kind: z.literal("simulated"),
  file: z.string().min(1).describe("Path of the fleet file, relative to the project folder or absolute."),
});

/** Which fleet, on which platform. A union: every platform adds its member. */
export const target = z.discriminatedUnion("kind", [simulatedTarget]);

export type Target = z.output<typeof target>;

/** Canonical URI of a target: its identity. A changed one replaces the resource. */
export function targetUri(of: Target): string {
  return `simulated:${of.file.replace(/^(\.\/)+/, "")}`;
}
