// @ts-check
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fillOnce } from "./cache.mjs";
import { pins } from "./pins.mjs";
import { SetUpError } from "./say.mjs";
import { atLeast, bareVersion } from "./versions.mjs";

const { install: version, languageHost } = pins.pulumi;
const cacheName = `pulumi-built-${version}-host-${languageHost}`;
const module = "github.com/pulumi/pulumi";

/** What builtFromModules has built before. @type {import("./pulumi.mjs").Way} */
export async function builtCached({ cache }) {
  const folder = join(cache, cacheName);
  return existsSync(folder) ? found(folder) : { why: "" };
}

/**
 * Built from its published Go modules: CLI and language host are two small modules (tools/pulumi-cli), because they need
 * different versions of the Pulumi SDK. The dynamic provider's executable is a script of the npm package @pulumi/pulumi.
 * @type {import("./pulumi.mjs").Way}
 */
export async function builtFromModules(context) {
  const goMissing = await whyNoGo(context);
  if (goMissing !== undefined) return { why: goMissing };
  try {
    const folder = await fillOnce({
      root: context.cache,
      name: cacheName,
      line: context.say.line,
      fill: (to) => build(context, to),
    });
    return found(folder);
  } catch (error) {
    if (error instanceof SetUpError) return { why: error.message };
    throw error;
  }
}

/** @param {import("./context.mjs").Context} context */
async function whyNoGo({ run, env }) {
  const advice = `install Go ${pins.go.least} or newer`;
  const asked = await run("go", ["version"], { env, deadline: 60 });
  if (!asked.ok) return `Pulumi CLI from its Go modules: ${asked.why}: ${advice}`;
  if (atLeast(asked.out, pins.go.least)) return undefined;
  const have = bareVersion(asked.out) ?? "unknown";
  const toolchain = await run("go", ["env", "GOTOOLCHAIN"], { env, deadline: 60 });
  const updates = atLeast(asked.out, pins.go.leastSelfUpdating) && toolchain.ok && !toolchain.out.startsWith("local");
  return updates ? undefined : `Pulumi CLI from its Go modules: Go ${have} is too old: ${advice}`;
}

/** @param {import("./context.mjs").Context} context @param {string} folder */
async function build(context, folder) {
  const stamp = `-X ${module}/sdk/v3/go/common/version.Version`;
  await goBuild(context, {
    what: `Pulumi language host ${languageHost} from its Go module, about a minute, once`,
    module: "hosts",
    package: `${module}/sdk/v3/nodejs/cmd/pulumi-language-nodejs`,
    ldflags: `-s -w ${stamp}=v${languageHost}`,
    folder,
  });
  await goBuild(context, {
    what: `Pulumi CLI ${version} from its Go modules, 4 to 10 minutes on two cores, once`,
    module: "cli",
    package: `${module}/pkg/v3/cmd/pulumi`,
    ldflags: `-s -w ${stamp}=v${version}`,
    folder,
  });
  const script = "pulumi-resource-pulumi-nodejs";
  copyFileSync(join(context.root, "node_modules", "@pulumi", "pulumi", script), join(folder, script));
  const env = { ...context.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const works = await context.run(join(folder, "pulumi"), ["version"], { env, deadline: 60 });
  if (!works.ok || bareVersion(works.out) !== version) {
    throw new SetUpError(
      `Pulumi CLI from its Go modules: what was built does not answer with ${version} (${works.why})`,
    );
  }
}

/**
 * @param {import("./context.mjs").Context} context
 * @param {{what: string, module: string, package: string, ldflags: string, folder: string}} program
 */
async function goBuild({ root, run, say, env }, program) {
  const cwd = join(root, "tools", "pulumi-cli", program.module);
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
  // A user's GOFLAGS or go.work is about other projects.
  const goEnv = { ...env, GOFLAGS: "", GOWORK: "off", GO111MODULE: "on" };
  const built = await say.slow(program.what, () => run("go", args, { cwd, env: goEnv, deadline: 2_400 }));
  if (!built.ok) {
    throw new SetUpError(
      `Pulumi CLI from its Go modules: go build failed (${built.why}): the Go module proxy and 4 GB of disk for Go's caches are needed`,
    );
  }
}

/** @param {string} folder */
function found(folder) {
  return { folder, note: `${version}, built from its Go modules` };
}
