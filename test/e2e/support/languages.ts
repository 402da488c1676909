import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { contextOf, repository, withPath } from "../../../tools/setup/context.mjs";
import { languageHost, pythonEnvironment } from "../../../tools/setup/languages.mjs";
import { sayTo } from "../../../tools/setup/say.mjs";
import { generateSdks } from "../../../tools/setup/sdks.mjs";
import { toolchain } from "../../../tools/toolchain.mjs";
import { fastFleet } from "./fleet.ts";
import { Running } from "./processes.ts";
import { Project } from "./project.ts";

/** What a language takes, beside the tool chain: the environment of its programs, or one line that says why there is none here. */
export type Ready = { readonly env: NodeJS.ProcessEnv; readonly sdk: string } | { readonly why: string };

/** Builds and installs what is missing, into the cache: minutes the first time. */
export async function prepare(language: "python" | "go"): Promise<Ready> {
  const context = { ...contextOf(sayTo(console.log)), env: toolchain().env };
  const sdks = await generateSdks(context);
  if ("why" in sdks) return sdks;
  const host = await languageHost(context, language);
  if ("why" in host) return host;
  const env = withPath(context.env, host.folder);
  // Without debug information programs link faster, and the host builds them anew for every command.
  if (language === "go")
    return { env: { ...env, GOFLAGS: "-ldflags=-w", GOWORK: "off" }, sdk: join(sdks.folder, "go") };
  const python = await pythonEnvironment(context);
  if ("why" in python) return python;
  const active = { ...withPath(env, join(python.folder, "bin")), VIRTUAL_ENV: python.folder };
  return { env: active, sdk: join(sdks.folder, "python") };
}

/** A project with an example as its program and a fleet of three hosts below the level. */
export async function exampleProject(language: "python" | "go", ready: Ready): Promise<Project> {
  if ("why" in ready) throw new Error(ready.why);
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }), bare: true });
  cpSync(join(repository, "examples", language), project.folder, { recursive: true });
  const path = join(repository, "plugin");
  const runtime = `name: e2e\nruntime: ${language}\n`;
  writeFileSync(
    join(project.folder, "Pulumi.yaml"),
    `${runtime}plugins:\n  providers:\n    - name: rolling-patch\n      path: ${path}\n`,
  );
  Object.assign(project.env, ready.env, { PATH: ready.env.PATH });
  if (language === "python") await installInto(project, ready.sdk);
  else await useModule(project, ready.sdk);
  return project;
}

/** The program that the schema's documentation shows. */
export function documented(language: "python" | "go"): string {
  const { resources } = JSON.parse(readFileSync(join(repository, "schema.json"), "utf8"));
  const { description } = resources["rolling-patch:index:RollingPatch"];
  const [, code] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(description) ?? [];
  if (code === undefined) throw new Error(`the documentation shows nothing in ${language}`);
  return code;
}

/** As `pip install ../../sdks/python` does it, into a folder of the project's own. */
async function installInto(project: Project, sdk: string): Promise<void> {
  const packages = join(project.folder, "packages");
  // The build leaves files beside what it builds.
  const source = join(project.folder, "sdk");
  mkdirSync(packages);
  cpSync(sdk, source, { recursive: true });
  const options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", packages];
  await ended(project, "python", "-m", "pip", "install", "--quiet", ...options, source);
  project.env.PYTHONPATH = [packages, project.env.PYTHONPATH].filter((one) => one !== undefined).join(delimiter);
}

/** The example names the module by a path that is true in the repository only. */
async function useModule(project: Project, sdk: string): Promise<void> {
  await ended(project, "go", "mod", "edit", `-replace=rolling-patch.invalid/sdk/go/rollingpatch=${sdk}`);
  await ended(project, "go", "build", "-buildvcs=false", "-o", join(project.folder, "program"), ".");
}

export async function ended(project: Project, command: string, ...args: string[]): Promise<void> {
  (await new Running(command, args, { cwd: project.folder, env: project.env, deadline: 900 }).ended).ok();
}
