import { InvalidArgumentError, Option } from "commander";
import { type ApprovalGate, approvalGate } from "../core/approval.ts";
import { type SchemaName, schemas } from "./commands/schema.ts";

// What options of several commands have in common: their texts, and how their values are read.

export function inputs(which = "inputs of the resource as JSON, of which only the target counts here"): Option {
  return new Option("--inputs <file>", `${which}; default: the only one in .rolling-patch`);
}

export function examples(...lines: readonly string[]): string {
  return ["", "For example:", ...lines.map((line) => `  npx rolling-patch ${line}`)].join("\n");
}

export function kinds(): string {
  return Object.entries(schemas)
    .map(([name, { title }]) => `  ${name.padEnd(10)}${title}`)
    .join("\n");
}

export function schemaName(text: string): SchemaName {
  if (Object.hasOwn(schemas, text)) return text as SchemaName;
  throw new InvalidArgumentError(`There are ${Object.keys(schemas).join(", ")}.`);
}

export function gateName(text: string): ApprovalGate {
  const parsed = approvalGate.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`There are ${approvalGate.options.join(" and ")}.`);
}

export function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number.");
}
