import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../../tools/setup/context.mjs";
import { languageHost, pythonEnvironment } from "../../tools/setup/languages.mjs";
import { pins } from "../../tools/setup/pins.mjs";
import type { RunResult } from "../../tools/setup/run.mjs";
import { generateSdks } from "../../tools/setup/sdks.mjs";

const fine: RunResult = { ok: true, out: "", why: "" };
const failing = (why: string): RunResult => ({ ok: false, out: why, why });

let folder: string;
let ran: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "languages-"));
  ran = [];
  for (const name of ["main.go", "go.mod", "go.sum", "sdk.go.mod"]) put(`tools/sdkgen/${name}`);
  put("schema.json");
  put("module/python/cmd/pulumi-language-python-exec");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the language host", () => {
  test("on PATH is taken as it is", async () => {
    put("bin/pulumi-language-python");
    expect(await languageHost(context(), "python")).toEqual({ folder: join(folder, "bin") });
    expect(ran).toEqual([]);
  });

  test("is built once, for Python with the script that starts programs", async () => {
    const host = await languageHost(context(), "python");
    if ("why" in host) throw new Error(host.why);
    expect(statSync(join(host.folder, "pulumi-language-python-exec")).mode & 0o111).not.toBe(0);
    expect(existsSync(join(host.folder, "pulumi-language-python"))).toBe(true);
    ran = [];
    expect(await languageHost(context(), "python")).toEqual(host);
    expect(ran).toEqual([]);
    expect(await languageHost(context(), "go")).not.toEqual(host);
  });

  test("without Go, or when the build fails, says why in one line and leaves nothing half-made", async () => {
    expect(await languageHost(context({ go: failing("go was not found") }), "go")).toEqual({
      why: `Pulumi language host for go: go was not found: install Go ${pins.go.least} or newer`,
    });
    const failed = await languageHost(context({ "go build": failing("no space left on device") }), "go");
    expect(failed).toEqual({ why: expect.stringContaining("go build failed (no space left on device)") });
    expect(await languageHost(context(), "go")).toEqual({ folder: expect.stringContaining("pulumi-language-go") });
  });
});

describe("the Python environment", () => {
  test("is made once for an interpreter, with Pulumi's package", async () => {
    const made = await pythonEnvironment(context());
    expect(made).toEqual({ folder: join(folder, "cache", `python-3.11.7-pulumi-${pins.pulumi.python}`) });
    expect(ran.join("\n")).toContain(`pip install --quiet --disable-pip-version-check pulumi==${pins.pulumi.python}`);
    ran = [];
    expect(await pythonEnvironment(context())).toEqual(made);
    expect(ran).toEqual(["python3 --version"]);
  });

  test.each([
    ["there is no Python", { python3: failing("python3 was not found") }, "python3 was not found"],
    ["it is too old", { python3: { ...fine, out: "Python 3.6.9" } }, "Python 3.6.9 is too old"],
    ["its registry is out of reach", { pip: failing("no matching distribution") }, "no matching distribution"],
  ])("where %s: one line, and what to install", async (_, world, says) => {
    const made = await pythonEnvironment(context(world));
    expect(made).toEqual({ why: expect.stringContaining(says) });
    expect(made).toEqual({ why: expect.stringContaining(`install Python ${pins.python.least} or newer, with venv`) });
    expect(existsSync(join(folder, "cache", `python-3.11.7-pulumi-${pins.pulumi.python}`))).toBe(false);
  });
});

describe("SDKs", () => {
  test("are written when schema or generator have changed, and only then; nothing old stays", async () => {
    expect(await generateSdks(context())).toEqual({ folder: join(folder, "sdks"), note: "written" });
    put("sdks/left-over");
    expect(await generateSdks(context())).toMatchObject({ note: "up to date" });
    put("schema.json", "another");
    expect(await generateSdks(context())).toMatchObject({ note: "written" });
    expect(existsSync(join(folder, "sdks", "left-over"))).toBe(false);
    put("tools/sdkgen/main.go", "another");
    expect(await generateSdks(context())).toMatchObject({ note: "written" });
    expect(ran.filter((line) => line.startsWith("go build"))).toHaveLength(2);
  });

  test("that cannot be written leave those of before as they are", async () => {
    await generateSdks(context());
    const before = readFileSync(join(folder, "sdks", "python", "made"), "utf8");
    put("schema.json", "broken");
    await expect(generateSdks(context({ sdkgen: failing("type not found") }))).rejects.toThrow(
      "SDKs from schema.json: type not found",
    );
    expect(readFileSync(join(folder, "sdks", "python", "made"), "utf8")).toBe(before);
    expect(await generateSdks(context({ go: failing("go was not found") }))).toMatchObject({ note: "written" });
  });
});

/** A machine that has everything but what `world` says by the name of a command; commands leave behind the files that the real ones would. */
function context(world: Record<string, RunResult> = {}): Context {
  return {
    root: folder,
    cache: join(folder, "cache"),
    env: { PATH: join(folder, "bin") },
    say: { line: () => {}, slow: (_, work) => work() },
    run: async (path, args) => {
      const command = path.split("/").at(-1) ?? "";
      const line = `${command} ${args.join(" ")}`;
      ran.push(line);
      const told = [line.includes("-m pip") ? "pip" : "", `${command} ${args[0]}`].find((name) => name in world);
      if (told !== undefined) return world[told] ?? fine;
      if (command in world && !(command === "python3" && args[0] === "-m")) return world[command] ?? fine;
      if (line === "go version") return { ...fine, out: "go version go1.26.8 linux/amd64" };
      if (line === "python3 --version") return { ...fine, out: "Python 3.11.7" };
      if (line.startsWith("go list")) return { ...fine, out: `${join(folder, "module")}\n` };
      const output = args[args.indexOf("-o") + 1] ?? "";
      const program = args.at(-1) === "." ? "sdkgen" : (args.at(-1) ?? "").split("/").at(-1);
      if (line.startsWith("go build")) write(join(output, program ?? ""), "");
      if (command === "sdkgen")
        write(join(args[1] ?? "", "python", "made"), `of ${readFileSync(args[0] ?? "", "utf8")}`);
      return fine;
    },
  };
}

const put = (name: string, text = ""): void => write(join(folder, name), text);

function write(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}
