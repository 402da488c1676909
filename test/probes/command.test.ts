import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { ask, heldClock } from "./asking.ts";

const node = process.execPath;
const run = (script: string, ...args: string[]): string[] => [node, "-e", script, ...args];
const root = mkdtempSync(join(tmpdir(), "rp-command-"));
afterAll(() => rmSync(root, { recursive: true }));

describe("a command", () => {
  test("passes when it exits with 0, and shows the end of its output", async () => {
    const result = await ask({
      kind: "command",
      name: "smoke",
      command: run('console.log("all\\n\\u001b[32mgood\\u001b[0m")'),
    });
    expect(result).toEqual({
      name: "smoke",
      passed: true,
      evidence: expect.stringMatching(/^exit code 0 after \d+ ms: all good$/),
    });
  });

  test("fails with its exit code and its errors", async () => {
    const result = await ask({
      kind: "command",
      name: "smoke",
      command: run('console.error("no quorum"); process.exit(3)'),
    });
    expect(result).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^exit code 3 after \d+ ms: no quorum$/),
    });
  });

  test("fails when a signal ends it", async () => {
    const result = await ask({ kind: "command", name: "smoke", command: run("process.kill(process.pid, 'SIGTERM')") });
    expect(result).toMatchObject({ passed: false, evidence: expect.stringMatching(/^ended by SIGTERM/) });
  });

  test("fails when it cannot be started", async () => {
    const missing = await ask({ kind: "command", name: "smoke", command: ["no-such-program-here"] });
    expect(missing).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^cannot start "no-such-program-here": no such program/),
    });
    const folder = await ask({ kind: "command", name: "smoke", command: [root] });
    expect(folder).toMatchObject({ passed: false, evidence: expect.stringMatching(/not executable/) });
  });

  test("keeps only the end of an endless output", async () => {
    const result = await ask({
      kind: "command",
      name: "smoke",
      command: run('console.log("x".repeat(1e6)); console.log("THE END")'),
    });
    expect(result.evidence).toMatch(/…x+ THE END$/);
    expect(result.evidence.length).toBeLessThan(400);
  });

  test("what looks like a secret in its output is left out", async () => {
    const output =
      "login https://anna:hunter2@shop.example.com/a?sig=hunter2 DB_PASSWORD=hunter2 token: 'hunter2' Authorization: Bearer hunter2hunter2";
    const result = await ask({
      kind: "command",
      name: "smoke",
      command: run(`console.log(${JSON.stringify(output)})`),
    });
    expect(result.evidence).toContain("login https://…@shop.example.com/a?…");
    expect(result.evidence).not.toContain("hunter2");
  });

  test("gets PATH, HOME, LANG and the host of our environment, nothing else", async () => {
    vi.stubEnv("VSPHERE_PASSWORD", "hunter2");
    vi.stubEnv("PULUMI_ACCESS_TOKEN", "hunter2");
    vi.stubEnv("LANG", "C");
    const command = run("console.log(JSON.stringify(Object.keys(process.env).sort()))");
    const keys = async (host?: string): Promise<string> =>
      (await ask({ kind: "command", name: "env", command }, host === undefined ? {} : { host })).evidence;
    expect(await keys("h1")).toMatch(/: \["HOME","LANG","PATH","ROLLING_PATCH_HOST"\]$/);
    expect(await keys()).toMatch(/: \["HOME","LANG","PATH"\]$/);
    vi.unstubAllEnvs();
  });
});

describe("{host} in a command", () => {
  // Sixteen processes one after another, which takes its time on a busy machine.
  test("any name arrives as one argument, unchanged: no shell reads it", { timeout: 120_000 }, async () => {
    const script = "console.log(Buffer.from(JSON.stringify(process.argv.slice(1))).toString('hex'))";
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), async (name) => {
        const host = `h${name.replaceAll("\0", "")}`;
        const { evidence } = await ask(
          { kind: "command", name: "argv", command: run(script, "{host}", "--at={host}") },
          { host },
        );
        const wellFormed = Buffer.from(host).toString();
        const argv = JSON.parse(Buffer.from(evidence.split(": ")[1] ?? "", "hex").toString());
        expect(argv).toEqual([wellFormed, `--at=${wellFormed}`]);
      }),
      { numRuns: 12, examples: [["$(reboot)"], ["`id`; rm -rf /"], ["' \" \\ & | > $HOME"], ["$&$1"]] },
    );
  });

  test("a name that could be taken for an option is refused", async () => {
    const result = await ask({ kind: "command", name: "ping", command: ["ping", "{host}"] }, { host: "-f" });
    expect(result).toMatchObject({ passed: false, evidence: expect.stringContaining("could be taken for an option") });
  });
});

describe("nothing is left behind", () => {
  /** A process and its child, both connected to a socket for as long as they live. */
  const family = (path: string, parent: string): string[] => {
    const hold = (then: string): string =>
      `require("node:net").connect(${JSON.stringify(path)}, () => { ${then} }).on("error", () => {}); process.on("SIGTERM", () => {});`;
    return run(
      `const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(hold(""))}], { stdio: "inherit" });
       ${hold(parent)} console.log("begun");`,
    );
  };

  /** Serves the socket; tells when both have come, and when both are gone. */
  async function roll(
    name: string,
  ): Promise<{ path: string; come: Promise<void>; gone: Promise<void>; close(): void }> {
    const path = join(root, name);
    const come = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const seen = new Set<Socket>();
    let left = 0;
    const server = createServer((socket) => {
      if (seen.add(socket).size === 2) come.resolve();
      socket.on("error", () => {});
      socket.on("close", () => {
        left += 1;
        if (left === 2) gone.resolve();
      });
      socket.resume();
    });
    await once(server.listen(path), "listening");
    return { path, come: come.promise, gone: gone.promise, close: () => server.close() };
  }

  test("at the timeout: the command and its children are killed, its output so far is evidence", async () => {
    const clock = heldClock();
    const { path, come, gone, close } = await roll("timeout.sock");
    const asking = ask({ kind: "command", name: "slow", command: family(path, ""), timeout: "30s" }, { clock });
    await come;
    clock.expire();
    expect((await asking).evidence).toMatch(/^gave up after 30 s: killed after \d+ ms: begun$/);
    await gone;
    close();
  });

  test("on abort: it throws, and the command and its children are killed", async () => {
    const controller = new AbortController();
    const { path, come, gone, close } = await roll("abort.sock");
    const asking = ask(
      { kind: "command", name: "slow", command: family(path, "") },
      { signal: controller.signal, clock: heldClock() },
    );
    await come;
    controller.abort();
    await expect(asking).rejects.toMatchObject({ kind: "cancelled" });
    await gone;
    close();
  });

  test("when it ends: children that it leaves behind are killed", async () => {
    const { path, gone, come, close } = await roll("left.sock");
    const parent = `require("node:net").createServer().listen(${JSON.stringify(`${path}.end`)}).on("connection", () => process.exit(0))`;
    const asking = ask({ kind: "command", name: "brief", command: family(path, parent) }, { clock: heldClock() });
    await come;
    await vi.waitUntil(async () =>
      once(connect(`${path}.end`), "connect").then(
        () => true,
        () => false,
      ),
    );
    expect((await asking).passed).toBe(true);
    await gone;
    close();
  });
});
