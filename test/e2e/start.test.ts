import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";
import { toolchain } from "../../tools/toolchain.mjs";
import { type Ended, Running } from "./support/processes.ts";

/** This repository as it is now, in a folder of its own; `leftOut`: paths that set-up would bring. */
function cloneWithout(...leftOut: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-clone-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const own = [".git", "node_modules", ".rolling-patch", join("examples", "quickstart", "fleet.db")];
  const skipped = [...own, ...leftOut].map((path) => join(repository, path));
  const isSkipped = (path: string): boolean =>
    skipped.some((one) => path === one || path.startsWith(`${one}${sep}`) || path.startsWith(`${one}-`));
  cpSync(repository, folder, { recursive: true, filter: (path) => !isSkipped(path), verbatimSymlinks: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
}

test("`pulumi up` by hand in a clone that was not set up says in one line how to", async () => {
  const clone = cloneWithout("dist", join("examples", "quickstart", "node_modules"));
  const home = join(clone, ".cache", "home");
  const env = {
    ...toolchain().env,
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${clone}/.cache`,
    PULUMI_CONFIG_PASSPHRASE: "x",
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    new Running("pulumi", [...args, "--non-interactive", "--color", "never"], { cwd: clone, env }).ended;
  (await pulumi("stack", "init", "bare")).ok();
  const { output } = (await pulumi("preview")).failed();
  expect(output).toContain(
    "pulumi-rolling-patch is not set up in this clone yet: run `npm start` (or `npm run setup`) in its root once.",
  );
  expect(output).not.toMatch(/TSError|^\s+at /m);
});

test("`npm start` rolls the embedded fleet of the quickstart, and shows a drift", async () => {
  const clone = cloneWithout();
  const env = { ...toolchain().env, INIT_CWD: clone };
  const started = new Running(toolchain().node, [join(clone, "tools", "start.mjs")], { cwd: clone, env });
  const { output } = (await started.ended).ok();
  for (const says of [
    /^set-up: ready after \d+\.\d s$/m,
    /8 hosts and \d\d workloads live in examples\/quickstart\/fleet\.db from now on/,
    /hosts to be taken to 8\.0\.3/,
    /run \S+ is done: 6 hosts rolled/,
    /node-05 is at 8\.0\.2 now\./,
    /1 of 8 hosts to be taken to 8\.0\.3/,
    /^Done in \d+/m,
  ])
    expect.soft(output).toMatch(says);
});

test("`npm start -- --bad-patch`: a patch that makes the service slower stops itself at the canary, and is refused from then on", async () => {
  const clone = cloneWithout();
  const env = { ...toolchain().env, INIT_CWD: clone };
  const script = [join(clone, "tools", "start.mjs"), "--bad-patch"];
  const { output } = (await new Running(toolchain().node, script, { cwd: clone, env }).ended).ok();
  for (const says of [
    /reference window of 30 min is over/,
    /run \S+ is halted until a person decides: node-\d\d does not serve as before the patch: this patch costs \+\d+\.\d % median latency/,
    /node-\d\d +8\.0\.3 +up +0 .* 30 % slower/,
    /policy: \{ acknowledge: "\S+" \}/,
    /^Done in \d+/m,
  ])
    expect.soft(output).toMatch(says);
  // Nobody else was touched.
  expect(new Set(Array.from(output.matchAll(/(\S+) \d\/6 remediating/g), ([, host]) => host)).size).toBe(1);
});
