import { z } from "zod";
import { libvirtTarget } from "./libvirt-target.ts";

/** The embedded fleet: one file, simulated hosts and workloads. */
export const simulatedTarget = z
  .strictObject({
    kind: z.literal("simulated").describe("The platform."),
    file: z
      .string()
      .min(1)
      .describe(
        'Path of the fleet file, relative to the project folder or absolute: "fleet.db". Another file is another fleet, and replaces the resource; one that is missing or damaged fails the preview.',
      ),
  })
  .describe(
    'The embedded fleet: simulated hosts and workloads in one file. `{ kind: "simulated", file: "fleet.db" }`.',
  );

/** Which fleet, on which platform. A union: every platform adds its member. */
export const target = z
  .discriminatedUnion("kind", [simulatedTarget, libvirtTarget])
  .describe("Which fleet, on which platform. Another target replaces the resource; no host is touched by that.");

export type Target = z.output<typeof target>;
export type SimulatedTarget = z.output<typeof simulatedTarget>;

/** Whether programs can be run on its hosts: `Traits.programs` of its driver says the same. */
export function runsPrograms({ kind }: Pick<Target, "kind">): boolean {
  return kind === "libvirt";
}

/** Canonical URI of a target: its identity, however its path is written. A changed one replaces the resource. */
export function targetUri(of: Target): string {
  switch (of.kind) {
    case "simulated":
      return `simulated:${plainPath(of.file)}`;
    case "libvirt":
      return `libvirt:${of.fleet}`;
  }
}

/** Without `.`, doubled slashes and, where it can be told without looking, `..`. */
function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}
