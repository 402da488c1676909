import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";
import { toolchain } from "../../tools/toolchain.mjs";
import { fastFleet } from "./support/fleet.ts";
import { Running } from "./support/processes.ts";
import { Project } from "./support/project.ts";

/** The package as users get it: packed, and installed from the registry's copies of everything else. */

const program = `import * as pulumi from "@pulumi/pulumi";
import { command, http, RollingPatch, simulated } from "pulumi-rolling-patch";

const config = new pulumi.Config();
const fleet = new RollingPatch("fleet", {
  target: simulated({ file: pulumi.output("fleet.db") }),
  baseline: { version: config.get("version") ?? "8.0.3" },
  policy: { maxUnavailable: "50%", windows: [] },
  checks: [
    command("answers", { command: ["true"], at: ["verify"] }),
    http("shop", { url: pulumi.interpolate\`http://127.0.0.1:\${9}/\`, at: ["gate"], status: 418 }),
  ].slice(0, 1),
});
export const hosts = fleet.hosts;
export const drifted = fleet.compliance.apply(({ names }) => names.drifted);
export const outcome: pulumi.Output<string> = fleet.run.apply((run) => run.outcome);
`;

/** As `pulumi new typescript` writes them. */
const commonJs = {
  module: "commonjs",
  moduleResolution: "node",
  target: "es2020",
  strict: true,
  outDir: "bin",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};
const esm = { ...commonJs, module: "nodenext", moduleResolution: "nodenext", target: "es2022" };

test.each([
  ["a CommonJS TypeScript stack", {}, commonJs],
  ["an ESM TypeScript stack", { type: "module" }, esm],
])("the packed tarball, installed in an empty folder by %s, previews and rolls", async (_name, manifest, options) => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }), bare: true });
  project.write("package.json", JSON.stringify({ name: "e2e", main: "index.ts", ...manifest }));
  project.write("tsconfig.json", JSON.stringify({ compilerOptions: options, files: ["index.ts"] }));
  project.write("index.ts", program);
  const packages = [await pack(), "@pulumi/pulumi@^3.216.0", "typescript@^5.0.0", "@types/node@^22"];
  await npm(project.folder, "install", "--ignore-scripts", "--prefer-offline", ...packages);

  const preview = await project.preview();
  expect(preview.output).toMatch(/3 of 3 hosts to be taken to 8\.0\.3/);
  await project.up();
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  const outputs = JSON.parse((await project.pulumi("stack", "output", "--json")).stdout);
  expect(outputs).toMatchObject({ drifted: [], outcome: "done", hosts: project.fleet.levels() });
  await project.preview("--expect-no-changes");
  // Drawn by the library that the package brings bundled: nothing of it is installed.
  expect(existsSync(join(project.folder, "node_modules", "@observablehq"))).toBe(false);
  expect(project.read((project.saved().outputs.run as { report: string }).report)).toMatch(/<svg role="img"/);

  const installed = join(project.folder, "node_modules", "pulumi-rolling-patch");
  expect(readdirSync(installed).sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist",
    "package.json",
    "plugin",
  ]);
  const bin = join(project.folder, "node_modules", ".bin", "rolling-patch");
  const command = new Running(bin, ["runs"], { cwd: project.folder, env: project.env });
  expect((await command.ended).ok().output).toMatch(/20\d{6}-\d{4}-/);
});

/** Path of the tarball that would be published, made of what is built now. */
async function pack(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-pack-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await npm(repository, "pack", "--ignore-scripts", "--pack-destination", folder);
  const [tarball = ""] = readdirSync(folder);
  expect(tarball).toMatch(/^pulumi-rolling-patch-\d+\.\d+\.\d+.*\.tgz$/);
  return join(folder, tarball);
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  (await new Running("npm", [...args, ...quiet], { cwd, env: toolchain().env, deadline: 280 }).ended).ok();
}
