import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { demoEnvironment, demoState } from "../../tools/demo.mjs";
import { handOver } from "../../tools/hand-over.mjs";
import { pins } from "../../tools/setup/pins.mjs";
import { run } from "../../tools/setup/run.mjs";
import { atLeast } from "../../tools/setup/versions.mjs";
import { toolchain } from "../../tools/toolchain.mjs";

afterEach(() => vi.unstubAllEnvs());

test("children get a Node.js and a Pulumi CLI that are new enough", async () => {
  const { env } = toolchain({ PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" });
  const node = await run("node", ["--version"], { env, deadline: 30 });
  const pulumi = await run("pulumi", ["version"], { env, deadline: 30 });
  expect(atLeast(node.out, pins.node.least), node.out).toBe(true);
  expect(atLeast(pulumi.out, pins.pulumi.least), pulumi.out).toBe(true);
});

test.each(["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"])("%s is on their PATH", (name) => {
  const folders = (toolchain().env.PATH ?? "").split(delimiter);
  expect(folders.some((folder) => existsSync(join(folder, name)))).toBe(true);
});

test("no update check and no plugin download by itself", () => {
  expect(toolchain({}).env).toMatchObject({
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
});

test("the demo's environment is its own, whatever the user has configured", () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "https://example.com");
  vi.stubEnv("PULUMI_ACCESS_TOKEN", "secret");
  vi.stubEnv("PULUMI_STACK", "production");
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", "passphrase");
  const env = demoEnvironment();
  expect(env.PULUMI_BACKEND_URL).toBe(pathToFileURL(demoState).href);
  expect(env).not.toHaveProperty("PULUMI_ACCESS_TOKEN");
  expect(env).not.toHaveProperty("PULUMI_STACK");
  expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
});

test("a command that is handed the terminal gives its exit code back", async () => {
  expect(await handOver("sh", ["-c", "exit 7"])).toBe(7);
  expect(await handOver("sh", ["-c", "kill -INT $$"])).toBe(130);
  expect(await handOver("sh", ["-c", "kill -KILL $$"])).toBe(1);
});
