// @ts-check
import { join } from "node:path";
import { pins } from "./pins.mjs";
import { SetUpError } from "./say.mjs";
import { atLeast, bareVersion } from "./versions.mjs";

/**
 * Why nothing can be built with Go here; undefined: it can.
 * @param {import("./context.mjs").Context} context
 * @param {string} what  is to be built, for the message.
 */
export async function whyNoGo({ run, env }, what) {
  const advice = `install Go ${pins.go.least} or newer`;
  const asked = await run("go", ["version"], { env, deadline: 60 });
  if (!asked.ok) return `${what}: ${asked.why}: ${advice}`;
  if (atLeast(asked.out, pins.go.least)) return undefined;
  const have = bareVersion(asked.out) ?? "unknown";
  const toolchain = await run("go", ["env", "GOTOOLCHAIN"], { env, deadline: 60 });
  const updates = atLeast(asked.out, pins.go.leastSelfUpdating) && toolchain.ok && !toolchain.out.startsWith("local");
  return updates ? undefined : `${what}: Go ${have} is too old: ${advice}`;
}

/**
 * Builds a program of one of the small modules below `tools`, which pin what it is made of.
 * @param {import("./context.mjs").Context} context
 * @param {object} program
 * @param {string} program.of  What it is part of, for the message when it fails.
 * @param {string} program.what  What takes so long.
 * @param {string} program.module  Folder below `tools`.
 * @param {string} program.package
 * @param {string} program.ldflags
 * @param {string} program.folder  Where it goes.
 */
export async function goBuild({ root, run, say, env }, program) {
  const cwd = join(root, "tools", program.module);
  const args = [
    "build",
    "-buildvcs=false",
    "-mod=readonly",
    "-ldflags",
    program.ldflags,
    "-o",
    `${program.folder}/`,
    program.package,
  ];
  const built = await say.slow(program.what, () => run("go", args, { cwd, env: goEnvironment(env), deadline: 2_400 }));
  if (!built.ok) {
    throw new SetUpError(
      `${program.of}: go build failed (${built.why}): the Go module proxy and 4 GB of disk for Go's caches are needed`,
    );
  }
}

/**
 * A user's GOFLAGS or go.work is about other projects.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function goEnvironment(env) {
  return { ...env, GOFLAGS: "", GOWORK: "off", GO111MODULE: "on" };
}

/** Linker flags that stamp a program of Pulumi's with its version. @param {string} version */
export function stamp(version) {
  return `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
}
