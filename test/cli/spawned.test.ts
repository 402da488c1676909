import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createFleetFile, openSimulated } from "../../provider/drivers/simulated/index.ts";
import { inputsDigest } from "../../provider/lifecycle/inputs-file.ts";
import { deadRecord } from "../support/dead-run.ts";
import { smallFleet } from "../support/fleets.ts";

const root = mkdtempSync(join(tmpdir(), "rp-spawned-"));
afterAll(() => rmSync(root, { recursive: true }));
const bin = fileURLToPath(new URL("../../provider/cli/bin.ts", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** The command as a process of its own, in a folder. */
function start(cwd: string, ...args: string[]): Started {
  const child = spawn(process.execPath, ["--experimental-strip-types", "--no-warnings", bin, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    seen.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    seen.err += chunk;
  });
  return { child, ended: once(child, "close").then(([code]) => ({ code, ...seen })) };
}

/** A project whose run has ended before its first host. */
async function project(name: string, scale: number, hosts = 4): Promise<{ folder: string; inputs: string }> {
  const folder = join(root, name);
  createFleetFile(join(folder, "fleet.db"), { ...smallFleet({ hosts }), scale });
  const target = { kind: "simulated", file: "fleet.db" } as const;
  const text = `${JSON.stringify({ target, baseline: { version: "8.0.3" }, policy: {}, owner: "shop/prod/fleet" }, null, 2)}\n`;
  writeFileSync(join(folder, "inputs.json"), text);
  const driver = openSimulated(target, folder);
  const { lease: _lease, former: _former, ...record } = deadRecord();
  await driver.record.write({ ...record, inputs: inputsDigest(text) }, 0);
  driver.close();
  return { folder, inputs: "inputs.json" };
}

describe("as a process", () => {
  test("help, errors and exit codes reach the shell", async () => {
    const help = await start(root, "--help").ended;
    expect(help).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Exit codes:") });
    const wrong = await start(root, "plan", "--fleet", "nowhere.json").ended;
    expect(wrong).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("rolling-patch: There is no fleet snapshot"),
    });
  });

  test("continue rolls a real fleet file to its end", async () => {
    const { folder, inputs } = await project("to-the-end", 3_000);
    const { code, out } = await start(folder, "continue", "--inputs", inputs).ended;
    expect(out).toContain("run run-1 is done");
    expect(code).toBe(0);
    expect((await start(folder, "status", "--inputs", inputs).ended).out).toContain("simulated:fleet.db: 4 at 8.0.3");
    expect((await start(folder, "runs").ended).out).toMatch(/\nrun-1 .* done /);
  });

  test("stop reaches a continue in another process; SIGTERM asks for a safe point as well", async () => {
    const { folder, inputs } = await project("stopped", 600, 12);
    for (const way of ["stop", "SIGTERM"]) {
      const rolling = start(folder, "continue", "--inputs", inputs);
      await new Promise<void>((resolve) => {
        rolling.child.stdout?.on("data", (chunk) => {
          if (String(chunk).includes("cordoned")) resolve();
        });
      });
      if (way === "stop") {
        const stop = await start(folder, "stop", "--wait", "--inputs", inputs).ended;
        expect(stop).toMatchObject({ code: 5, out: expect.stringContaining("is paused") });
      } else rolling.child.kill("SIGTERM");
      expect(await rolling.ended).toMatchObject({ code: 5, out: expect.stringContaining("1") });
    }
  });

  test("a reader who leaves is no error", async () => {
    const reading = start(root, "schema", "inputs");
    reading.child.stdout?.destroy();
    expect((await reading.ended).err).toBe("");
  });
});
