import { readFileSync } from "node:fs";
import type { Field, Form, ObjectType, Type } from "./sdk/model.ts";
import { pascal } from "./sdk/model.ts";
import { type Described, describePackage } from "./sdk/package.ts";
import { fileOf, type Written, writeAsCommand } from "./sdk/written.ts";

/**
 * Writes `schema.json`, the Pulumi package schema of the plugin, from the schemas that validate the inputs. SDKs of every language
 * are generated from it. Run it after a change of a schema or of the version: `node tools/pulumi-schema.ts`; a test fails while
 * the file is stale.
 */
export function schemaFile(): Written {
  return new Map([[fileOf("schema.json"), `${JSON.stringify(pulumiSchema(describePackage()), null, 1)}\n`]]);
}

type Json = Record<string, unknown>;

const NAME = "rolling-patch";
const token = (name: string): string => `${NAME}:index:${name}`;
const reference = (name: string): string => `#/types/${token(name)}`;
const manifest = JSON.parse(readFileSync(fileOf("package.json"), "utf8"));

export function pulumiSchema({ written, read, inputs, outputs, config, functions }: Described): Json {
  const { forms } = written;
  const input = (fields: readonly Field[]): Json => objectOf(fields, (type) => inputType(type, forms));
  const output = (fields: readonly Field[]): Json => objectOf(fields, outputType);
  const credentials = secrets(input(config));
  return {
    name: NAME,
    displayName: "Rolling Patch",
    version: manifest.version,
    description: manifest.description,
    keywords: manifest.keywords.filter((word: string) => word !== "pulumi"),
    license: manifest.license,
    language,
    config: { variables: credentials },
    provider: {
      description: words("provider.md"),
      inputProperties: credentials,
    },
    types: Object.fromEntries(
      [
        ...[...written.enums].map(([name, values]) => [name, enumOf(values)] as const),
        ...[...written.objects].map(([name, object]) => [name, { ...about(object), ...input(object.fields) }] as const),
        ...[...read.objects].map(([name, object]) => [name, { ...about(object), ...output(object.fields) }] as const),
      ].map(([name, type]) => [token(name), type]),
    ),
    resources: {
      [token("RollingPatch")]: {
        description: words("resource.md"),
        inputProperties: input(inputs).properties,
        requiredInputs: required(inputs),
        properties: output(outputs).properties,
        required: required(outputs),
        aliases: [{ type: "pulumi-nodejs:dynamic/rolling-patch:RollingPatch" }],
      },
    },
    functions: Object.fromEntries(
      functions.map(({ name, description, inputs: asks, outputs: answers }) => [
        token(name),
        { description, inputs: input(asks), outputs: output(answers) },
      ]),
    ),
  };
}

/** How SDKs are called; `.invalid`: there is no such place, the module is used from where it was generated. */
const language = {
  python: {
    packageName: "pulumi_rolling_patch",
    pyproject: { enabled: true },
    requires: { pulumi: ">=3.216.0,<4.0.0" },
    respectSchemaVersion: true,
  },
  go: {
    importBasePath: "rolling-patch.invalid/sdk/go/rollingpatch",
    modulePath: "rolling-patch.invalid/sdk/go/rollingpatch",
    rootPackageName: "rollingpatch",
    respectSchemaVersion: true,
  },
  csharp: { namespaces: { [NAME]: "RollingPatch" }, respectSchemaVersion: true },
};

function objectOf(fields: readonly Field[], typeOf: (type: Type) => Json): Json {
  const properties = fields.map((field) => [field.name, { ...typeOf(field.type), description: field.description }]);
  const needed = required(fields);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(needed.length === 0 ? {} : { required: needed }),
  };
}

const required = (fields: readonly Field[]): string[] =>
  fields.filter((field) => field.required).map(({ name }) => name);

const about = ({ description }: ObjectType): Json => ({ description });

/** Environment variables are no defaults here: an SDK would copy their values into the state. */
function secrets({ properties }: Json): Json {
  return Object.fromEntries(
    Object.entries(properties as Json).map(([name, of]) => [name, { ...(of as Json), secret: true }]),
  );
}

function enumOf(values: readonly string[]): Json {
  return { type: "string", enum: values.map((value) => ({ name: pascal(value), value })) };
}

function inputType(type: Type, forms: ReadonlyMap<string, Form>): Json {
  const inner = (of: Type): Json => inputType(of, forms);
  if (type.is === "one of") return { $ref: reference(type.name) };
  if (type.is === "form") return unionOf(forms.get(type.name)?.kinds ?? new Map());
  return plainType(type, inner);
}

/** What is read is a text, not an enum: a newer provider may answer what an older SDK does not know. */
function outputType(type: Type): Json {
  return type.is === "one of" ? { type: "string" } : plainType(type, outputType);
}

function plainType(type: Type, inner: (of: Type) => Json): Json {
  switch (type.is) {
    case "text":
      return { type: "string" };
    case "constant":
      return { type: "string", const: type.value };
    case "integer":
    case "number":
    case "boolean":
      return { type: type.is };
    case "list":
      return { type: "array", items: withoutConst(inner(type.of)) };
    case "map":
      return { type: "object", additionalProperties: withoutConst(inner(type.of)) };
    case "either":
      return { oneOf: type.of.map((of) => withoutConst(inner(of))) };
    case "object":
      return { $ref: reference(type.name) };
    default:
      throw new Error(`no SDK has a type for ${JSON.stringify(type)}`);
  }
}

/** Only a property can be a constant. */
function withoutConst({ const: _value, ...type }: Json): Json {
  return type;
}

function unionOf(kinds: ReadonlyMap<string, string>): Json {
  const mapping = Object.fromEntries([...kinds].map(([kind, name]) => [kind, reference(name)]));
  return {
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: "kind", mapping },
  };
}

const words = (file: string): string => readFileSync(fileOf(`tools/sdk/words/${file}`), "utf8").trim();

writeAsCommand(import.meta.url, schemaFile);
