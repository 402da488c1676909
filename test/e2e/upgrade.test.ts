import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repository } from "../../tools/setup/context.mjs";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";

/** Another version of the package takes over in mid-roll. */

test("a roll that one version has begun is finished by the next; the saved provider text is the same", async () => {
  const old = otherVersion("0.0.9");
  const project = await Project.create({ fleet: fastFleet({ hosts: 4, scale: 30 }), package: old });
  const up = project.startUp();
  await up.during(project.fleet.hasBegun("remediate esx-01"));
  const stop = join(old, "dist", "provider", "cli", "bin.js");
  (await project.node(stop, "stop", "--inputs", project.inputsFile).ended).ok();
  (await up.ended).failed();
  const left = Object.values(project.fleet.levels()).filter((level) => level === "8.0.1").length;
  expect(left).toBeGreaterThan(0);
  const text = digest(project.saved().inputs.__provider);

  rmSync(old, { recursive: true });
  project.usePackage(repository);
  const preview = await project.preview("--diff");
  expect(preview.output).toMatch(new RegExp(`${left} of 4 hosts to be taken to 8\\.0\\.3`));
  expect(preview.output).not.toMatch(/__provider/);
  await project.up();
  expect(Object.values(project.fleet.levels())).toEqual(["8.0.3", "8.0.3", "8.0.3", "8.0.3"]);
  expect(project.fleet.breaches()).toEqual([]);
  expect(project.saved().outputs.run).toMatchObject({ outcome: "done", summary: "4 rolled" });
  expect(digest(project.saved().inputs.__provider)).toBe(text);
  expect(digest(project.saved().outputs.__provider)).toBe(text);
  await project.preview("--expect-no-changes");
});

/** What is built now, as a package of another version in another folder. */
function otherVersion(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "rolling-patch-old-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, version }));
  mkdirSync(join(folder, "dist"));
  cpSync(join(repository, "dist"), join(folder, "dist"), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function digest(text: unknown): string {
  expect(typeof text).toBe("string");
  return createHash("sha256").update(String(text)).digest("hex");
}
