import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { inputs } from "../../provider/core/inputs.ts";
import { policy } from "../../provider/core/policy.ts";
import { schemaFile } from "../../tools/pulumi-schema.ts";
import { repository } from "../../tools/setup/context.mjs";
import { toolchain } from "../../tools/toolchain.mjs";

interface Property {
  readonly description?: string;
  readonly secret?: boolean;
  readonly const?: string;
  readonly default?: unknown;
  readonly defaultInfo?: unknown;
  readonly items?: { readonly oneOf?: readonly { readonly $ref: string }[]; readonly discriminator?: unknown };
  readonly oneOf?: readonly { readonly $ref: string }[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Record<string, string> };
}
type Properties = Record<string, Property>;
interface Whole {
  readonly version: string;
  readonly config: { readonly variables: Properties };
  readonly provider: { readonly inputProperties: Properties };
  readonly types: Record<string, { readonly properties?: Properties; readonly description?: string }>;
  readonly resources: Record<string, { inputProperties: Properties; requiredInputs: string[]; properties: Properties }>;
  readonly functions: Record<
    string,
    {
      readonly description: string;
      readonly inputs: { properties: Properties };
      readonly outputs: { properties: Properties };
    }
  >;
}

const [[path, text] = ["", ""]] = [...schemaFile()];
const schema = JSON.parse(text) as Whole;
const resource = schema.resources["rolling-patch:index:RollingPatch"];

test("schema.json is what the schemas say (`node tools/pulumi-schema.ts` writes it)", () => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

describe("pulumi schema check", () => {
  test("finds nothing wrong", () => {
    expect(checked(path)).toEqual({ status: 0, said: "" });
  });

  test("would find a type that there is not, and a name that is none", () => {
    const broken = text.replaceAll('"#/types/rolling-patch:index:Policy"', '"#/types/rolling-patch:index:Polcy"');
    expect(checked(planted(broken)).said).toContain("type rolling-patch:index:Polcy not found");
    expect(checked(planted(JSON.stringify({ ...schema, name: "9" }))).status).not.toBe(0);
  });
});

test("the plugin answers with it, to whoever asks for an SDK", () => {
  const plugin = join(repository, "plugin", "pulumi-resource-rolling-patch");
  const { status, said } = pulumi("package", "get-schema", plugin);
  expect([status, JSON.parse(said)]).toEqual([0, schema]);
});

describe("the schema", () => {
  test("has the inputs that a program may declare, and none that is filled in", () => {
    expect(Object.keys(resource?.inputProperties ?? {})).toEqual(
      Object.keys(inputs.shape).filter((key) => !["secretUrls", "owner"].includes(key)),
    );
    expect(resource?.requiredInputs).toEqual(["target", "baseline"]);
    expect(Object.keys(resource?.properties ?? {})).toEqual(["hosts", "compliance", "plan", "run"]);
    expect(Object.keys(schema.types["rolling-patch:index:Policy"]?.properties ?? {})).toEqual(
      Object.keys(policy.shape),
    );
    expect(Object.keys(schema.functions)).toEqual(
      ["getFleet", "getCompliance", "planRoll"].map((name) => `rolling-patch:index:${name}`),
    );
  });

  test("describes everything", () => {
    const described = propertiesOf(schema);
    expect(described.length).toBeGreaterThan(150);
    expect(described.filter(([, { description }]) => (description ?? "") === "").map(([name]) => name)).toEqual([]);
    const objects = Object.entries(schema.types).filter(([, { properties }]) => properties !== undefined);
    expect(objects.filter(([, { description }]) => (description ?? "") === "")).toEqual([]);
  });

  test("keeps every credential secret, and takes no default from the environment: an SDK would copy it into the state", () => {
    expect(Object.values(schema.config.variables).map(({ secret }) => secret)).not.toContain(undefined);
    expect(schema.provider.inputProperties).toEqual(schema.config.variables);
    expect(propertiesOf(schema).filter(([, of]) => of.defaultInfo !== undefined || of.default !== undefined)).toEqual(
      [],
    );
  });

  test("tells the forms of a union apart by their kind", () => {
    const { target, checks } = resource?.inputProperties ?? {};
    expect(target?.discriminator).toEqual({
      propertyName: "kind",
      mapping: {
        simulated: "#/types/rolling-patch:index:SimulatedTarget",
        libvirt: "#/types/rolling-patch:index:LibvirtTarget",
      },
    });
    expect(target?.oneOf?.map(({ $ref }) => $ref)).toEqual(Object.values(target?.discriminator?.mapping ?? {}));
    expect(checks?.items?.oneOf).toHaveLength(6);
    expect(schema.types["rolling-patch:index:HttpCheck"]?.properties?.kind?.const).toBe("http");
  });
});

function propertiesOf({ types, resources, functions, config }: Whole): [string, Property][] {
  const holders: [string, Properties][] = [
    ["config", config.variables],
    ...Object.entries(types).map(([name, { properties = {} }]): [string, Properties] => [name, properties]),
    ...Object.entries(resources).flatMap(([name, of]): [string, Properties][] => [
      [name, of.inputProperties],
      [name, of.properties],
    ]),
    ...Object.entries(functions).flatMap(([name, of]): [string, Properties][] => [
      [name, of.inputs.properties],
      [name, of.outputs.properties],
    ]),
  ];
  return holders.flatMap(([holder, properties]) =>
    Object.entries(properties).map(([name, of]): [string, Property] => [`${holder}.${name}`, of]),
  );
}

const checked = (file: string) => pulumi("schema", "check", file);

function pulumi(...args: string[]): { status: number | null; said: string } {
  const home = mkdtempSync(join(tmpdir(), "rolling-patch-home-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = { ...toolchain().env, PULUMI_HOME: home };
  const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--color", "never"], {
    env,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, said: stdout + stderr };
}

function planted(broken: string): string {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-schema-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "schema.json");
  writeFileSync(file, broken);
  return file;
}
