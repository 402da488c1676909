import { defineConfig } from "vitest/config";

const seconds = 1_000;

/** What depends on the door that Pulumi goes through: the rest of the suite is about the command, the package or the lifecycle. */
const throughThePlugin = [
  "test/e2e/plugin/**/*.test.ts",
  "test/e2e/{corners,drift,halts,impact,kills,modes,promise,secrets,stops,together,unknown}.test.ts",
];

/**
 * One run, five projects. The first three are pure or in virtual time and share the machine; the real Pulumi engine
 * comes last, a few stacks at a time, so that nothing else distorts it.
 */
export default defineConfig({
  test: {
    globalSetup: ["tools/vitest-global.mjs"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
    projects: [
      project("unit", ["test/**/*.test.ts"], { exclude: ["test/{properties,scenarios,e2e}/**"], timeout: 30 }),
      project("properties", ["test/properties/**/*.test.ts"], { timeout: 600 }),
      project("scenarios", ["test/scenarios/**/*.test.ts"], { timeout: 300 }),
      project("e2e", ["test/e2e/**/*.test.ts"], {
        exclude: ["test/e2e/plugin/**"],
        timeout: 300,
        after: 1,
        workers: 2,
      }),
      project("e2e through the plugin", throughThePlugin, {
        timeout: 300,
        after: 2,
        workers: 2,
        env: { ROLLING_PATCH_DOOR: "plugin" },
      }),
    ],
  },
});

interface ProjectOptions {
  readonly exclude?: string[];
  /** Seconds for one test or hook. */
  readonly timeout: number;
  /** Projects of a higher number start when those of a lower one have ended. */
  readonly after?: number;
  readonly workers?: number;
  readonly env?: Record<string, string>;
}

function project(name: string, include: string[], options: ProjectOptions) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      exclude: ["**/node_modules/**", "**/dist/**", ...(options.exclude ?? [])],
      testTimeout: options.timeout * seconds,
      hookTimeout: options.timeout * seconds,
      sequence: { groupOrder: options.after ?? 0 },
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.workers === undefined ? {} : { maxWorkers: options.workers }),
    },
  };
}
