// @ts-check
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheRoot } from "./setup/cache.mjs";
import { repository } from "./setup/context.mjs";
import { toolchain } from "./toolchain.mjs";

/** The stack of the demo. */
export const demoStack = "demo";

/** Where the demo keeps the state of its stack: in this clone, out of git. */
export const demoState = join(repository, ".rolling-patch", "pulumi");

/** Settings of the demo's stack, which Pulumi writes beside Pulumi.yaml. */
export const demoSettings = join(repository, `Pulumi.${demoStack}.yaml`);

/**
 * The environment of the demo: the tool chain, and always a backend, a Pulumi home and a passphrase of its own, so that it
 * neither needs nor touches what the user has configured.
 * @returns {NodeJS.ProcessEnv}
 */
export function demoEnvironment() {
  mkdirSync(demoState, { recursive: true });
  const { env } = toolchain();
  const { PULUMI_ACCESS_TOKEN: _, PULUMI_STACK: __, PULUMI_CONFIG_PASSPHRASE_FILE: ___, ...rest } = env;
  return {
    ...rest,
    PULUMI_BACKEND_URL: pathToFileURL(demoState).href,
    PULUMI_HOME: join(cacheRoot(process.env), "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "demo",
  };
}
