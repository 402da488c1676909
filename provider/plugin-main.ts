import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { RollError } from "./core/errors.ts";
import { environmentWith } from "./core/provider-config.ts";
import { nodeProblem } from "./doors/node-version.ts";
import type { World } from "./plugin/server.ts";

/**
 * The executable `pulumi-resource-rolling-patch`: prints the port that it serves on and goes on until the engine ends it. Only what it
 * takes to answer is loaded at the start; the rest comes with the first call that needs it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
    return;
  }
  const { serve } = await import("./plugin/server.ts");
  const { engineAddress } = await import("./doors/engine-watch.ts");
  const { port } = await serve(world(), engineAddress(argv));
  // The first line that the engine reads, and nothing before it.
  process.stdout.write(`${port}\n`);
  setImmediate(() => void import("./wiring.ts"));
}

function world(): World {
  const root = dirname(createRequire(import.meta.url).resolve("pulumi-rolling-patch/package.json"));
  const own = { ...process.env };
  return {
    version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
    schema() {
      const file = ["dist/schema.json", "schema.json"].map((name) => join(root, name)).find(existsSync);
      if (file === undefined)
        throw new RollError("failed", "schema.json is missing from the package.", { hint: "Install it again." });
      return readFileSync(file, "utf8");
    },
    exit: () => process.exit(1),
    environment(config) {
      Object.assign(process.env, environmentWith(config, own));
    },
    async open(stop) {
      const { pluginLifecycles } = await import("./wiring.ts");
      return pluginLifecycles(stop);
    },
  };
}
