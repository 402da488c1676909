import type { Field, Type } from "./sdk/model.ts";
import { pascal } from "./sdk/model.ts";
import { type Described, describePackage } from "./sdk/package.ts";
import { fileOf, type Written, writeAsCommand } from "./sdk/written.ts";

/**
 * Writes `sdk/args.ts` and `sdk/outputs.ts` from the schemas that validate the inputs: plain interfaces with the schemas' own words as
 * comments. A program that imports the SDK then neither loads nor type-checks the schema library. Run it after a change of a
 * schema: `node tools/sdk-args.ts`; a test fails while a file is stale.
 */
export function sdkFiles(): Written {
  const described = describePackage();
  return new Map([
    [fileOf("sdk/args.ts"), argsText(described)],
    [fileOf("sdk/outputs.ts"), outputsText(described)],
  ]);
}

const HEAD = "// Written by tools/sdk-args.ts from the schemas in provider: do not edit.";

/** What a program writes: every value may be an Output. */
export function argsText({ written, inputs, config, functions }: Described): string {
  const objects = [...written.objects].map(([name, { description, fields }]) =>
    interfaceOf(`${name}Args`, description, fields, inputField),
  );
  const forms = [...written.forms].map(
    ([name, { description, kinds }]) =>
      `${comment(description, "")}${unionOf(
        `${name}Args`,
        [...kinds.values()].map((kind) => `${kind}Args`),
      )}\n`,
  );
  const whole = [
    interfaceOf("RollingPatchArgs", ABOUT_ARGS, inputs, inputField),
    interfaceOf("ProviderArgs", ABOUT_PROVIDER, config, inputField),
    ...functions.map(({ name, inputs: asks }) =>
      interfaceOf(`${pascal(name)}Args`, `What \`${name}\` is asked.`, asks, inputField),
    ),
  ];
  return [`${HEAD}\nimport type { Input } from "@pulumi/pulumi";\n`, ...objects, ...forms, ...whole].join("\n");
}

/** As the formatter breaks it. */
function unionOf(name: string, members: readonly string[]): string {
  const line = `export type ${name} = ${members.join(" | ")};`;
  return line.length <= 120 ? line : `export type ${name} =${members.map((member) => `\n  | ${member}`).join("")};`;
}

const ABOUT_ARGS =
  "What a stack declares of a fleet. Credentials are never among it: they come from the environment of the Pulumi command.";
const ABOUT_PROVIDER =
  "Credentials, for those who keep them in the stack's configuration. All of them are secrets; the environment of the Pulumi command wins over them.";

/** What a program reads. */
function outputsText({ read, functions }: Described): string {
  const objects = [...read.objects].map(([name, { description, fields }]) =>
    interfaceOf(name, description, fields, outputField),
  );
  const results = functions.map(({ name, outputs }) =>
    interfaceOf(`${pascal(name)}Result`, `What \`${name}\` answers.`, outputs, outputField),
  );
  return [`${HEAD}\n`, ...objects, ...results].join("\n");
}

function interfaceOf(name: string, about: string, fields: readonly Field[], lineOf: (field: Field) => string): string {
  const lines = fields.map((field) => `${comment(field.description, "  ")}  ${lineOf(field)}\n`);
  return `${comment(about, "")}export interface ${name} {\n${lines.join("")}}\n`;
}

function inputField({ name, type, required }: Field): string {
  return `${name}${required ? "" : "?"}: Input<${inputType(type)}${required ? "" : " | undefined"}>;`;
}

function outputField({ name, type, required }: Field): string {
  return `readonly ${name}${required ? "" : "?"}: ${outputType(type)};`;
}

const inputType = (type: Type): string => typeText(type, "Args", (of) => `Input<${of}>`);
const outputType = (type: Type): string => typeText(type, "", (of) => of);

/** `wrapped`: what an item of a list or map may be. */
function typeText(type: Type, suffix: string, wrapped: (of: string) => string): string {
  const inner = (of: Type): string => typeText(of, suffix, wrapped);
  switch (type.is) {
    case "text":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "constant":
      return JSON.stringify(type.value);
    case "one of":
      return type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "list": {
      const item = wrapped(inner(type.of));
      return item.includes(" | ") && !item.endsWith(">") ? `(${item})[]` : `${item}[]`;
    }
    case "map":
      return `Record<string, ${wrapped(inner(type.of))}>`;
    case "object":
    case "form":
      return `${type.name}${suffix}`;
    case "either":
      return [...new Set(type.of.map(inner))].join(" | ");
  }
}

const comment = (text: string, indent: string): string => (text === "" ? "" : `${indent}/** ${text} */\n`);

writeAsCommand(import.meta.url, sdkFiles);
