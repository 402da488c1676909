import { defineConfig } from "vitest/config";

const minutes = 60_000;

/**
 * Tests on the lab of real KVM hosts (`npm run test:lab`). One after the other: there is one lab, and it has two cores to itself
 * at best.
 */
export default defineConfig({
  test: {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    include: ["test/lab/**/*.lab.ts"],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 10 * minutes,
    hookTimeout: 2 * minutes,
  },
});
