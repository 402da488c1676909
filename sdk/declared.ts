import * as pulumi from "@pulumi/pulumi";
import { nearest } from "../provider/dynamic/nearest.ts";

const declarable = ["target", "baseline", "policy", "checks", "suites", "probes", "hooks", "silences", "notify"];

/** Nothing is accepted and ignored: outputs and the owner would be overwritten without a word. */
export function mustBeKnown(name: string, args: object): void {
  for (const [key, value] of Object.entries(args ?? {})) {
    if (value === undefined || declarable.includes(key)) continue;
    throw new pulumi.RunError(`RollingPatch "${name}": ${problemOf(key)}`);
  }
}

function problemOf(key: string): string {
  if (key === "owner") return "`owner` is filled in by the resource (project/stack/name): leave it out";
  if (["hosts", "plan", "compliance", "run"].includes(key))
    return `\`${key}\` is an output: read it from the resource, and leave it out here`;
  const near = nearest(key, declarable);
  const known = declarable.map((one) => `\`${one}\``).join(", ");
  return `unknown property \`${key}\`; ${near === undefined ? `known are ${known}` : `did you mean \`${near}\`?`}`;
}
