import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRollError } from "../../provider/core/errors.ts";
import { propertyPath } from "../../provider/lifecycle/changes.ts";
import { UNKNOWN } from "../../provider/lifecycle/unknown.ts";
import { grpc, provider, providerService, struct } from "../../provider/plugin/library.ts";
import { decode, encode } from "../../provider/plugin/struct.ts";
import { Stage } from "../lifecycle/stage.ts";
import { smallFleet } from "../support/fleets.ts";
import { at, FakeEngine, worldOf } from "./fake-engine.ts";

/** Requests that no engine would send: each gets a proper gRPC error, and the process lives on. */

const seed = 20_261_130;
const SERVICE = "/pulumirpc.ResourceProvider/";
const methods = Object.values(providerService.ResourceProviderService)
  .filter(({ responseStream }) => !responseStream)
  .map(({ path }) => path);

let engine: FakeEngine;

beforeAll(async () => {
  engine = await FakeEngine.start(worldOf(new Stage(smallFleet())));
});

afterAll(() => engine.close());

/** The code that raw bytes are answered with; 0: they were taken. */
function send(path: string, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    engine.client.makeUnaryRequest(
      path,
      (value: Uint8Array) => Buffer.from(value),
      (value: Buffer) => value,
      bytes,
      new grpc.Metadata(),
      { deadline: Date.now() + 20_000 },
      (error) => resolve(error?.code ?? 0),
    );
  });
}

async function livesOn(): Promise<void> {
  expect(await send(`${SERVICE}GetPluginInfo`, new Uint8Array())).toBe(grpc.status.OK);
}

test(`random bytes to every method (seed ${seed})`, async () => {
  expect(methods.length).toBeGreaterThan(15);
  const given = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 200 }), { seed, numRuns: 6 });
  const cases = methods
    .filter((path) => !/Cancel|Attach/.test(path))
    .flatMap((path) => given.map((bytes) => ({ path, bytes })));
  const codes = await Promise.all(cases.map(({ path, bytes }) => send(path, bytes)));
  expect(codes.filter((code) => code === grpc.status.DEADLINE_EXCEEDED)).toEqual([]);
  expect(codes.filter((code) => code !== grpc.status.OK).length).toBeGreaterThan(cases.length / 2);
  await livesOn();
});

test("an unknown method, and one of the protocol that this provider has not", async () => {
  expect(await send(`${SERVICE}Nonsense`, new Uint8Array())).toBe(grpc.status.UNIMPLEMENTED);
  expect(await send(`${SERVICE}Construct`, new Uint8Array())).toBe(grpc.status.UNIMPLEMENTED);
  await livesOn();
});

test("a message of 100 MB", async () => {
  expect(await send(`${SERVICE}Check`, new Uint8Array(100_000_000))).toBe(grpc.status.RESOURCE_EXHAUSTED);
  await livesOn();
});

describe("what can be read, and makes no sense, is invalid", () => {
  const urn = `urn:pulumi:prod::shop::rolling-patch:index:RollingPatch::fleet`;
  const properties = encode({ target: { kind: "simulated", file: "fleet.db" } });
  const cases: readonly (readonly [
    what: string,
    method: string,
    request: { serializeBinary(): Uint8Array },
    code: number,
  ])[] = [
    ["no URN", "Check", new provider.CheckRequest(), grpc.status.INVALID_ARGUMENT],
    ["a URN that is none", "Diff", new provider.DiffRequest().setUrn("urn:nonsense"), grpc.status.INVALID_ARGUMENT],
    [
      "another type",
      "Create",
      new provider.CreateRequest().setUrn(urn.replace("Rolling", "Strolling")),
      grpc.status.INVALID_ARGUMENT,
    ],
    ["no properties", "Create", new provider.CreateRequest().setUrn(urn), grpc.status.INVALID_ARGUMENT],
    [
      "half the properties",
      "Update",
      new provider.UpdateRequest().setUrn(urn).setNews(properties),
      grpc.status.INVALID_ARGUMENT,
    ],
    ["no id to import", "Read", new provider.ReadRequest().setUrn(urn), grpc.status.INVALID_ARGUMENT],
    [
      "an unknown function",
      "Invoke",
      new provider.InvokeRequest().setTok("rolling-patch:index:sing"),
      grpc.status.INVALID_ARGUMENT,
    ],
    [
      "a setting that there is not",
      "Configure",
      new provider.ConfigureRequest().setArgs(encode({ password: "x" })),
      grpc.status.INVALID_ARGUMENT,
    ],
    [
      "values that nest too deeply",
      "Check",
      new provider.CheckRequest().setUrn(urn).setNews(nested(150)),
      grpc.status.INVALID_ARGUMENT,
    ],
  ];

  test.each(cases)("%s", async (_what, method, request, code) => {
    expect(await send(`${SERVICE}${method}`, request.serializeBinary())).toBe(code);
    await livesOn();
  });

  test("inputs of the wrong kind are failures of the check that name the property", async () => {
    const { failures } = await engine.check(
      encode({ target: ["no"], baseline: 7, policy: { maxUnavailable: { much: true } } }),
    );
    expect(failures.join("\n")).toMatch(/target: .*\nbaseline: .*\npolicy\.maxUnavailable/s);
  });

  test("a credential in the configuration is never repeated", async () => {
    const canary = "canary-1f0c";
    await expect(engine.configure({ environment: { "no name": canary } })).rejects.toThrow(/environment/);
    await expect(engine.configure({ environment: { "no name": canary } })).rejects.not.toThrow(canary);
  });
});

describe("properties", () => {
  const json = fc.jsonValue({ maxDepth: 5 });
  const object = fc.dictionary(fc.string(), json);

  test("come back as they went", () => {
    fc.assert(
      fc.property(object, (value) => {
        const clean = JSON.parse(JSON.stringify(value));
        expect(decode(encode(clean)).props).toEqual(clean);
      }),
      { seed },
    );
  });

  test("keep their secrets where they are, through bytes as well", () => {
    fc.assert(
      fc.property(object, (value) => {
        const clean = JSON.parse(JSON.stringify({ ...value, list: [1, { deep: value }] }));
        const secrets = [
          ["list", 1, "deep"],
          ...Object.keys(value)
            .filter((key) => key !== "list")
            .map((key) => [key]),
        ];
        const bytes = encode(clean, secrets).serializeBinary();
        const back = decode(struct.Struct.deserializeBinary(bytes));
        expect(back.props).toEqual(clean);
        expect(new Set(back.secrets.map((path) => JSON.stringify(path)))).toEqual(
          new Set(secrets.map((path) => JSON.stringify(path))),
        );
      }),
      { seed },
    );
  });

  test("of any bytes are read or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let read: InstanceType<typeof struct.Struct>;
        try {
          read = struct.Struct.deserializeBinary(bytes);
        } catch {
          return;
        }
        try {
          expect(typeof decode(read).props).toBe("object");
        } catch (error) {
          expect(isRollError(error)).toBe(true);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });

  test("that are not known are one mark, whatever kind of value they stand for", () => {
    const marks = ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", UNKNOWN];
    expect(decode(encode({ marks })).props).toEqual({ marks: [UNKNOWN, UNKNOWN, UNKNOWN] });
  });

  test("are found again by their path, whatever hosts are called", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((name) => !name.includes("\\") && name !== "__proto__"),
        (name) => {
          expect(at({ hosts: { [name]: "8.0.1" } }, propertyPath(["hosts", name]))).toBe("8.0.1");
        },
      ),
      { seed },
    );
  });
});

function nested(depth: number) {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return encode(value);
}
