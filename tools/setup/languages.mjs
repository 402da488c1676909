// @ts-check
import { chmodSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fillOnce } from "./cache.mjs";
import { goBuild, goEnvironment, stamp, whyNoGo } from "./go.mjs";
import { pins } from "./pins.mjs";
import { which } from "./pulumi.mjs";
import { SetUpError } from "./say.mjs";
import { atLeast, bareVersion } from "./versions.mjs";

/**
 * What programs in other languages need, made when a test asks for it and kept in the cache: set-up itself does without. A folder for PATH, or one
 * line that says why there is none.
 *
 * @typedef {{folder: string} | {why: string}} Tool
 */

const sdk = "github.com/pulumi/pulumi/sdk/v3";
const packages = { python: `${sdk}/python/cmd/pulumi-language-python`, go: `${sdk}/go/pulumi-language-go` };

/**
 * The language host of Pulumi: beside the CLI or on PATH, as official ones are; else built from its Go module.
 * @param {import("./context.mjs").Context} context
 * @param {"python" | "go"} language
 * @returns {Promise<Tool>}
 */
export async function languageHost(context, language) {
  const { languageHost: version } = pins.pulumi;
  const name = `pulumi-language-${language}`;
  const there = which(name, context.env);
  if (there !== undefined) return { folder: join(there, "..") };
  const of = `Pulumi language host for ${language}`;
  return attempt(() => whyNoGo(context, of), {
    root: context.cache,
    name: `${name}-${version}`,
    line: context.say.line,
    async fill(folder) {
      const what = `${of} ${version} from its Go module, half a minute, once`;
      const program = { of, what, module: "pulumi-cli/hosts", package: packages[language], folder };
      await goBuild(context, { ...program, ldflags: stamp(version) });
      if (language === "python") await addScript(context, folder);
    },
  });
}

/** The host starts programs by a script that lies beside it. @param {import("./context.mjs").Context} context @param {string} folder */
async function addScript({ root, run, env }, folder) {
  const cwd = join(root, "tools", "pulumi-cli", "hosts");
  const asked = await run("go", ["list", "-m", "-f", "{{.Dir}}", sdk], { cwd, env: goEnvironment(env), deadline: 60 });
  if (!asked.ok) throw new SetUpError(`Pulumi language host for python: its module is not found (${asked.why})`);
  const script = "pulumi-language-python-exec";
  copyFileSync(join(asked.out.trim(), "python", "cmd", script), join(folder, script));
  chmodSync(join(folder, script), 0o755);
}

/**
 * A virtual environment with Pulumi's Python package. `folder` is the one of the environment: its `bin` goes on PATH.
 * @param {import("./context.mjs").Context} context
 * @returns {Promise<Tool>}
 */
export async function pythonEnvironment(context) {
  const { run, say, env } = context;
  const of = "Python environment with Pulumi's package";
  const asked = await run("python3", ["--version"], { env, deadline: 60 });
  const version = bareVersion(asked.out);
  const advice = `install Python ${pins.python.least} or newer, with venv`;
  const why = !asked.ok
    ? `${of}: ${asked.why}: ${advice}`
    : version === undefined || !atLeast(version, pins.python.least)
      ? `${of}: Python ${version} is too old: ${advice}`
      : undefined;
  return attempt(async () => why, {
    root: context.cache,
    // Of this interpreter: an environment refers to the one that made it.
    name: `python-${version}-pulumi-${pins.pulumi.python}`,
    line: say.line,
    async fill(folder) {
      const pip = [join(folder, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      const steps = [
        ["python3", "-m", "venv", folder],
        [...pip, `pulumi==${pins.pulumi.python}`, "parver>=0.2.1", "semver>=2.8.1", "setuptools>=70.1"],
      ];
      await say.slow(`${of} ${pins.pulumi.python}, a minute, once`, async () => {
        for (const [command = "", ...args] of steps) {
          const done = await run(command, args, { env, deadline: 600 });
          if (!done.ok) throw new SetUpError(`${of}: ${done.why}: ${advice}, and a way to its package registry`);
        }
      });
    },
  });
}

/**
 * The tool that writes SDKs (tools/sdkgen).
 * @param {import("./context.mjs").Context} context
 * @param {string} digest  Of what it is made of.
 * @returns {Promise<Tool>}
 */
export function sdkGenerator(context, digest) {
  const of = "generator of SDKs";
  return attempt(() => whyNoGo(context, of), {
    root: context.cache,
    name: `sdkgen-${digest}`,
    line: context.say.line,
    async fill(folder) {
      const what = `${of} from Pulumi's Go modules, 10 seconds to 3 minutes, once`;
      await goBuild(context, { of, what, module: "sdkgen", package: ".", ldflags: "-s -w", folder });
    },
  });
}

/**
 * @param {() => Promise<string | undefined>} reason  Why it cannot be made.
 * @param {Parameters<typeof fillOnce>[0]} filling
 * @returns {Promise<Tool>}
 */
async function attempt(reason, filling) {
  const folder = join(filling.root, filling.name);
  if (existsSync(folder)) return { folder };
  const why = await reason();
  if (why !== undefined) return { why };
  try {
    return { folder: await fillOnce(filling) };
  } catch (error) {
    if (error instanceof SetUpError) return { why: error.message };
    throw error;
  }
}
