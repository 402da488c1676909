import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../../tools/setup/context.mjs";
import { pins } from "../../tools/setup/pins.mjs";
import { findPulumi } from "../../tools/setup/pulumi.mjs";
import type { RunResult } from "../../tools/setup/run.mjs";

const { install: version, least } = pins.pulumi;
const fine: RunResult = { ok: true, out: "", why: "" };

let folder: string;
let said: string[];
let ran: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-pulumi-"));
  said = [];
  ran = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the CLI on PATH", () => {
  test("is taken when it is new enough and has its language host", async () => {
    const found = await findPulumi(context({ onPath: ["pulumi", "pulumi-language-nodejs"], version: `v${least}` }));
    expect(found).toEqual({ folder: join(folder, "bin"), note: `${least} on PATH` });
    expect(ran).toEqual(["pulumi version"]);
  });

  test.each([
    ["none", [], "v3.259.0", "Pulumi CLI on PATH: there is none"],
    ["an old one", ["pulumi", "pulumi-language-nodejs"], "v3.99.1", `3.99.1 is older than ${least}: update it`],
    [
      "one that says no version",
      ["pulumi", "pulumi-language-nodejs"],
      "dev",
      `unknown is older than ${least}: update it`,
    ],
    ["one without language host", ["pulumi"], `v${least}`, "pulumi-language-nodejs is missing beside it: reinstall"],
  ])("is left for the next way: %s", async (_, onPath, answer, reason) => {
    const found = await findPulumi(context({ onPath, version: answer }));
    expect(found.note).toBe(`${version}, the official npm package`);
    expect(said.join("\n")).toContain(reason);
  });
});

describe("the order of ways", () => {
  test("what an earlier run left in the cache comes before any installing", async () => {
    mkdirSync(join(folder, "cache", `pulumi-built-${version}-host-${pins.pulumi.languageHost}`), { recursive: true });
    const found = await findPulumi(context({}));
    expect(found.note).toBe(`${version}, built from its Go modules`);
    expect(ran).toEqual([]);
    expect(said).toEqual([]);
  });

  test("the official package is asked before anything is built", async () => {
    const found = await findPulumi(context({}));
    expect(found.folder).toContain(join(`pulumi-official-${version}`, "versions", version, "bin"));
    expect(ran.some((line) => line.startsWith("go"))).toBe(false);
  });

  test("it is built when the official download fails, language host and dynamic provider beside it", async () => {
    const found = await findPulumi(context({ download: failing("pulumi: fetch failed") }));
    expect(found.note).toBe(`${version}, built from its Go modules`);
    for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
      expect(existsSync(join(found.folder, name)), name).toBe(true);
    }
    expect(said.join("\n")).toContain("its download of the CLI failed (pulumi: fetch failed)");
  });

  test("the second time nothing is run but a look at PATH", async () => {
    const world = { download: failing("offline") };
    const first = await findPulumi(context(world));
    ran = [];
    expect(await findPulumi(context(world))).toEqual(first);
    expect(ran).toEqual([]);
  });
});

describe("when no way works", () => {
  test("every way says in one line why, and what to install", async () => {
    const world = { download: failing("pulumi: fetch failed"), go: failing("go was not found") };
    const message = await messageOf(findPulumi(context(world)));
    expect(message.split("\n")).toEqual([
      "no Pulumi CLI:",
      "  Pulumi CLI on PATH: there is none",
      expect.stringMatching(/^ {2}Pulumi CLI from the npm package .*\(pulumi: fetch failed\): .* must be reachable$/),
      `  Pulumi CLI from its Go modules: go was not found: install Go ${pins.go.least} or newer`,
      expect.stringContaining(`install the Pulumi CLI ${least} or newer, or Go ${pins.go.least} or newer`),
    ]);
  });

  test("npm missing is said as such", async () => {
    const world = { npm: failing("npm was not found"), go: failing("go was not found") };
    expect(await messageOf(findPulumi(context(world)))).toContain("npm install failed (npm was not found)");
  });

  test("a Go that is too old and may not update itself is refused, one that may is used", async () => {
    const old = { ...fine, out: "go version go1.22.1 linux/amd64" };
    const world = { download: failing("offline"), go: old };
    expect(await messageOf(findPulumi(context({ ...world, toolchain: "local\n" })))).toContain("Go 1.22.1 is too old");
    expect((await findPulumi(context({ ...world, toolchain: "auto\n" }))).note).toContain("built");
  });

  test("a failing build says so and leaves nothing half-made behind", async () => {
    const world = { download: failing("offline"), build: failing("no space left on device") };
    expect(await messageOf(findPulumi(context(world)))).toContain("go build failed (no space left on device)");
    expect(existsSync(join(folder, "cache", `pulumi-built-${version}-host-${pins.pulumi.languageHost}`))).toBe(false);
    expect((await findPulumi(context({ download: failing("offline") }))).note).toContain("built");
  });
});

interface World {
  onPath?: string[];
  version?: string;
  npm?: RunResult;
  download?: RunResult;
  go?: RunResult;
  toolchain?: string;
  build?: RunResult;
}

/** A machine that has what `world` says; commands leave behind the files that the real ones would. */
function context(world: World): Context {
  const bin = join(folder, "bin");
  const scripts = join(folder, "node_modules", "@pulumi", "pulumi");
  for (const name of world.onPath ?? []) put(join(bin, name));
  put(join(scripts, "pulumi-resource-pulumi-nodejs"));
  return {
    root: folder,
    cache: join(folder, "cache"),
    env: { PATH: bin },
    say: { line: (line) => said.push(line), slow: (_, work) => work() },
    run: async (command, args, { env }) => {
      ran.push(`${command.split("/").at(-1)} ${args.join(" ")}`);
      if (command === "npm") return world.npm ?? fine;
      if (command === "node") {
        if (world.download) return world.download;
        put(join(env?.PULUMI_HOME ?? "", "versions", version, "bin", "pulumi"));
        return fine;
      }
      if (command !== "go") return { ...fine, out: command.startsWith(bin) ? (world.version ?? "") : `v${version}` };
      if (args[0] === "version") return world.go ?? { ...fine, out: "go version go1.26.8 linux/amd64" };
      if (args[0] === "env") return { ...fine, out: world.toolchain ?? "auto" };
      if (world.build) return world.build;
      put(join(args[args.indexOf("-o") + 1] ?? "", (args.at(-1) ?? "").split("/").at(-1) ?? ""));
      return fine;
    },
  };
}

function put(path: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, 0o755);
}

function failing(why: string): RunResult {
  return { ok: false, out: why, why };
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it worked",
    (error: Error) => error.message,
  );
}
