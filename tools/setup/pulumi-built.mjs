// @ts-check
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fillOnce } from "./cache.mjs";
import { goBuild, stamp, whyNoGo } from "./go.mjs";
import { pins } from "./pins.mjs";
import { SetUpError } from "./say.mjs";
import { bareVersion } from "./versions.mjs";

const { install: version, languageHost } = pins.pulumi;
const cacheName = `pulumi-built-${version}-host-${languageHost}`;
const module = "github.com/pulumi/pulumi";
const of = "Pulumi CLI from its Go modules";

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
  const goMissing = await whyNoGo(context, of);
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

/** @param {import("./context.mjs").Context} context @param {string} folder */
async function build(context, folder) {
  await goBuild(context, {
    of,
    what: `Pulumi language host ${languageHost} from its Go module, about a minute, once`,
    module: "pulumi-cli/hosts",
    package: `${module}/sdk/v3/nodejs/cmd/pulumi-language-nodejs`,
    ldflags: stamp(languageHost),
    folder,
  });
  await goBuild(context, {
    of,
    what: `Pulumi CLI ${version} from its Go modules, 4 to 10 minutes on two cores, once`,
    module: "pulumi-cli/cli",
    package: `${module}/pkg/v3/cmd/pulumi`,
    ldflags: stamp(version),
    folder,
  });
  const script = "pulumi-resource-pulumi-nodejs";
  copyFileSync(join(context.root, "node_modules", "@pulumi", "pulumi", script), join(folder, script));
  const env = { ...context.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const works = await context.run(join(folder, "pulumi"), ["version"], { env, deadline: 60 });
  if (!works.ok || bareVersion(works.out) !== version) {
    throw new SetUpError(`${of}: what was built does not answer with ${version} (${works.why})`);
  }
}

/** @param {string} folder */
function found(folder) {
  return { folder, note: `${version}, built from its Go modules` };
}
