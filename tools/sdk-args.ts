import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { inputs } from "../provider/core/inputs.ts";

/**
 * Writes `sdk/args.ts` from the schemas that validate the inputs: plain interfaces with the schemas' own words as comments.
 * A program that imports the SDK then neither loads nor type-checks the schema library. Run it after a change of a schema:
 * `node tools/sdk-args.ts`; a test fails while the file is stale.
 */
export const argsFile = join(import.meta.dirname, "../sdk/args.ts");

/** What `sdk/args.ts` must hold. */
export function argsText(): string {
  const found = new Map<string, string>();
  const { properties = {} } = z.toJSONSchema(inputs, { io: "input", unrepresentable: "any" }) as Schema;
  for (const key of ["target", "baseline", "policy", "checks", "suites", "probes", "hooks", "silences", "notify"])
    typeOf(properties[key] ?? {}, key, found);
  const union = (name: string, of: string) =>
    `/** ${of}. */\nexport type ${name} = ${[...found.keys()].filter((one) => one !== name && one.endsWith(name)).join(" | ")};\n`;
  return [
    "// Written by tools/sdk-args.ts from the schemas in provider/core: do not edit.",
    'import type { Input } from "@pulumi/pulumi";',
    "",
    [...found.values()].join("\n"),
    union("TargetArgs", "Which fleet, on which platform"),
    union("CheckArgs", "An assertion about the service or a host"),
    union("ProbeArgs", "A sampler of the service of workloads"),
    union("NotifyArgs", "Who is told what a roll does"),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** The type of a schema; interfaces that it needs are added to `found`. */
function typeOf(schema: Schema, key: string, found: Map<string, string>): string {
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) return [...new Set(forms.map((form) => typeOf(form, key, found)))].join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `Input<${typeOf(schema.items ?? {}, key.replace(/s$/, ""), found)}>[]`;
  if (schema.type === "object" && schema.properties === undefined && schema.additionalProperties !== undefined)
    return `Record<string, Input<${typeOf(schema.additionalProperties, key.replace(/s$/, ""), found)}>>`;
  if (schema.type === "object") return interfaceOf(schema, key, found);
  const types = [schema.type ?? "unknown"].flat();
  return types.map((type) => (type === "integer" ? "number" : type)).join(" | ");
}

function interfaceOf(schema: Schema, key: string, found: Map<string, string>): string {
  const kind = schema.properties?.kind?.const;
  const name = `${typeof kind === "string" ? pascal(kind) : ""}${pascal(key)}Args`;
  const fields = Object.entries(schema.properties ?? {}).map(([field, of]) => {
    const type = typeOf(of, field, found);
    const required = schema.required?.includes(field) === true;
    return `${comment(of, "  ")}  ${field}${required ? "" : "?"}: Input<${type}${required ? "" : " | undefined"}>;\n`;
  });
  found.set(name, `${comment(schema, "")}export interface ${name} {\n${fields.join("")}}\n`);
  return name;
}

function comment({ description, default: usual }: Schema, indent: string): string {
  const plain = typeof usual === "object" && !Array.isArray(usual) ? undefined : usual;
  const words = [
    ...(description === undefined ? [] : [description]),
    ...(plain === undefined ? [] : [`Default: ${JSON.stringify(plain).replaceAll(",", ", ")}.`]),
  ];
  return words.length === 0 ? "" : `${indent}/** ${words.join(" ")} */\n`;
}

const pascal = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const stale = readFileSync(argsFile, { encoding: "utf8", flag: "a+" }) !== argsText();
  if (stale) writeFileSync(argsFile, argsText());
  console.log(stale ? "sdk/args.ts written" : "sdk/args.ts is up to date");
}
