import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type HookInput, hook } from "../../provider/core/hook.ts";
import { processClock } from "../../provider/engine/clock.ts";
import type { HookMessage } from "../../provider/engine/gate-ports.ts";
import { hookRunner } from "../../provider/probes/hooks.ts";
import { isAlive } from "../e2e/support/processes.ts";
import { waitFor } from "../e2e/support/wait.ts";

const message: HookMessage = {
  hook: "ticket",
  at: "beforeRun",
  run: "run-1",
  owner: "a/b/c",
  target: "simulated:x",
  level: "8.0.3",
  done: [],
  drifted: ["h1"],
};

function place() {
  const folder = mkdtempSync(join(tmpdir(), "rp-hooks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const run = (script: string, more: Partial<HookInput> = {}) =>
    hookRunner(processClock()).run(
      hook.parse({ name: "ticket", command: ["sh", "-c", `cd ${folder}; ${script}`], at: ["beforeRun"], ...more }),
      message,
      new AbortController().signal,
    );
  return { folder, run };
}

test("reads its message as JSON from the standard input, and passes with exit code 0", async () => {
  const { folder, run } = place();
  expect(await run("cat > message; echo fine")).toMatchObject({ passed: true });
  expect(JSON.parse(readFileSync(join(folder, "message"), "utf8"))).toEqual(message);
});

test("refuses with what it said", async () => {
  const { run } = place();
  const { passed, evidence } = await run("echo 'ticket CHG-12 is closed'; exit 3");
  expect(passed).toBe(false);
  expect(evidence).toMatch(/^exit code 3 after \d+ ms: ticket CHG-12 is closed$/);
  expect((await run("exit 0", { command: ["no-such-hook"] })).evidence).toMatch(/no such program/);
});

test("one that does not read its message, or closes its input, is asked all the same", async () => {
  const { run } = place();
  expect(await run("exec <&-; exit 0")).toMatchObject({ passed: true });
});

test("one that forks and hangs ends within its deadline, with all that it has started", async () => {
  const { folder, run } = place();
  const began = performance.now();
  const script = "trap '' TERM; (sleep 300 & echo $! > child; wait) & sleep 300";
  const { passed, evidence } = await run(script, { timeout: "500ms" });
  expect(passed).toBe(false);
  expect(evidence).toMatch(/^not done in 1 s, killed after \d+ ms$/);
  expect(performance.now() - began).toBeLessThan(30_000);
  const child = Number(readFileSync(join(folder, "child"), "utf8"));
  await waitFor("the end of its child", () => !isAlive(child));
});

test("one that forks and exits leaves nothing behind, and does not keep us waiting", async () => {
  const { folder, run } = place();
  expect(await run("sleep 300 & echo $! > child; exit 0")).toMatchObject({ passed: true });
  const child = Number(readFileSync(join(folder, "child"), "utf8"));
  await waitFor("the end of its child", () => !isAlive(child));
});
