import { defineConfig } from "vitest/config";

const seconds = 1_000;

/**
 * One run, four projects. The first three are pure or in virtual time and share the machine; the real Pulumi engine
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
      project("e2e", ["test/e2e/**/*.test.ts"], { timeout: 300, after: 1, workers: 2 }),
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
      ...(options.workers === undefined ? {} : { maxWorkers: options.workers }),
    },
  };
}
