import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FleetSpecInput } from "../../../provider/drivers/simulated/index.ts";
import { repository } from "../../../tools/setup/context.mjs";
import { toolchain } from "../../../tools/toolchain.mjs";
import { FleetFile, fastFleet } from "./fleet.ts";
import { door, type Layout, layOut } from "./layout.ts";
import { type Ended, isAlive, kill, processesWith, Running, type StartOptions } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** In the environment of every process that a project starts, so that none is forgotten. */
const TAG = "E2E_PROJECT";

/** A resource as the program declares it. */
export interface Declared {
  /** Default "fleet". */
  readonly name?: string;
  readonly target?: Record<string, unknown>;
  readonly baseline?: unknown;
  readonly policy?: Record<string, unknown>;
  readonly checks?: readonly unknown[];
  readonly probes?: readonly unknown[];
  /** Properties that do not exist, for bad input. */
  readonly more?: Record<string, unknown>;
  /** Resource options, plain JSON. */
  readonly options?: Record<string, unknown>;
}

export interface ProjectOptions extends Layout {
  readonly fleet?: FleetSpecInput;
  readonly declared?: Declared;
  readonly stack?: string;
  readonly env?: Record<string, string>;
  /** Another project's fleet file, state and so on: a second stack or machine. */
  readonly beside?: Project;
}

/** A Pulumi project in a folder of its own, with its own state, Pulumi home and fleet. Gone when the test has finished. */
export class Project {
  readonly folder: string;
  readonly fleet: FleetFile;
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(options: ProjectOptions) {
    const { beside } = options;
    this.folder = mkdtempSync(join(tmpdir(), "rolling-patch-e2e-"));
    this.stack = options.stack ?? "dev";
    const shared = beside?.folder ?? this.folder;
    this.env = {
      ...toolchain().env,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${shared}/state`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      [TAG]: this.folder,
      ...options.env,
    };
    layOut(this.folder, options);
    mkdirSync(join(shared, "state"), { recursive: true });
    this.fleet = beside?.fleet ?? new FleetFile(join(this.folder, "fleet.db"), options.fleet ?? fastFleet());
    this.declare(options.declared ?? {});
  }

  /** With its stack, ready for the first `up`. */
  static async create(options: ProjectOptions = {}): Promise<Project> {
    const project = new Project(options);
    onTestFinished(() => project.#remove());
    await project.pulumi("stack", "init", project.stack);
    return project;
  }

  /** The same stack from another machine: another folder with the same program, the same state, no journal. */
  async elsewhere(declared?: Declared): Promise<Project> {
    const project = new Project({ beside: this, stack: this.stack, ...(declared === undefined ? {} : { declared }) });
    onTestFinished(() => project.#remove());
    if (declared === undefined) project.write("declared.json", this.read("declared.json"));
    project.write(`Pulumi.${this.stack}.yaml`, this.read(`Pulumi.${this.stack}.yaml`));
    await project.pulumi("stack", "select", project.stack);
    return project;
  }

  /** What the program declares from now on: one resource, or several. Takes the fleet to 8.0.3 unless told otherwise. */
  declare(...resources: readonly Declared[]): void {
    const whole = resources.map(({ name = "fleet", options = {}, more = {}, ...rest }) => ({
      name,
      args: { target: { kind: "simulated", file: this.fleet.path }, baseline: { version: "8.0.3" }, ...rest, ...more },
      options,
    }));
    this.write("declared.json", JSON.stringify(whole));
  }

  /** A command of Pulumi that must end well. */
  async pulumi(...args: string[]): Promise<Ended> {
    return (await this.start(args).ended).ok();
  }

  preview(...args: string[]): Promise<Ended> {
    return this.pulumi("preview", ...args);
  }

  up(...args: string[]): Promise<Ended> {
    return this.pulumi(...upWith(args));
  }

  /** A preview that must fail. */
  async previewFails(...args: string[]): Promise<Ended> {
    return (await this.start(["preview", ...args]).ended).failed();
  }

  /** An `up` that must fail, a roll that ends early for example. */
  async upFails(...args: string[]): Promise<Ended> {
    return (await this.startUp(...args).ended).failed();
  }

  /** Before a rename or a `retainOnDelete`, which the engine's rows do not survive; through the dynamic door there are none. */
  async takeRowsOut(): Promise<void> {
    if (door === "dynamic") return;
    const env = { ...this.env, ROLLING_PATCH_ROWS: "off" };
    (await this.start(["refresh", "--yes", "--skip-preview"], { env }).ended).ok();
  }

  /** What a killed CLI may leave behind: the lock of the stack. */
  async unlock(): Promise<void> {
    await this.start(["cancel", "--yes"]).ended;
  }

  startUp(...args: string[]): Running {
    return this.start(upWith(args));
  }

  start(args: readonly string[], options: Partial<StartOptions> = {}): Running {
    const plain = ["--color", "never", "--non-interactive", ...args];
    return new Running("pulumi", plain, { cwd: this.folder, env: this.env, ...options });
  }

  /** The command `rolling-patch`, in the project's folder. */
  rollingPatch(...args: string[]): Running {
    return this.node(join(repository, "dist", "provider", "cli", "bin.js"), ...args);
  }

  /** A script, in the project's folder. */
  node(...args: string[]): Running {
    return new Running(toolchain().node, args, { cwd: this.folder, env: this.env });
  }

  /** Installs the package from this folder instead. */
  usePackage(folder: string): void {
    const link = join(this.folder, "node_modules", "pulumi-rolling-patch");
    rmSync(link, { force: true });
    symlinkSync(folder, link);
  }

  /** Everything that is saved of the stack: the file of the backend, secrets as they are stored. */
  savedText(): string {
    return readFileSync(join(this.#backend(), ".pulumi", "stacks", "e2e", `${this.stack}.json`), "utf8");
  }

  /** Names of the resources of ours in the state. */
  savedNames(): string[] {
    return this.#resources().map(nameOf);
  }

  /** A resource in the state; throws when it is not there. */
  saved(name = "fleet"): SavedResource {
    const found = this.#resources().find((one) => nameOf(one) === name);
    if (found === undefined) throw new Error(`there is no resource ${name} in the state: ${this.savedText()}`);
    return found;
  }

  /** The inputs file that the roll has written. */
  get inputsFile(): string {
    return join(this.folder, ".rolling-patch", `inputs-e2e-${this.stack}-fleet.json`);
  }

  /** Folder of journal, inputs and plans gone, as on another machine. */
  forgetJournal(): void {
    rmSync(join(this.folder, ".rolling-patch"), { recursive: true, force: true });
  }

  /** Writes a file of the project. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Living processes of this project. */
  processes(): { readonly pid: number; readonly command: string }[] {
    return processesWith(TAG, this.folder);
  }

  /**
   * The provider that rolls, as its lease says. Pulumi may start a second host of dynamic providers for one command, which idles:
   * nothing of ours is loaded in it.
   */
  roller(): number {
    const holder = this.fleet.record()?.lease?.holder;
    const pid = Number(/process (\d+)$/.exec(holder ?? "")?.[1]);
    if (!isAlive(pid)) throw new Error(`nobody rolls: the lease is held by ${holder ?? "nobody"}`);
    return pid;
  }

  /** Until this process lives no more. */
  gone(pid: number): Promise<true> {
    return waitFor(`the end of process ${pid}`, () => !isAlive(pid));
  }

  async #remove(): Promise<void> {
    await waitFor("the end of all processes of a test", () => {
      const left = this.processes();
      for (const { pid } of left) kill(pid, "SIGKILL");
      return left.length === 0;
    });
    this.fleet.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #resources(): SavedResource[] {
    const resources: SavedResource[] = JSON.parse(this.savedText()).checkpoint.latest.resources ?? [];
    return resources.filter((one) => one.type.includes("RollingPatch"));
  }

  #backend(): string {
    return (this.env.PULUMI_BACKEND_URL ?? "").replace("file://", "");
  }
}

/** As the backend keeps it. */
export interface SavedResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

const nameOf = (resource: SavedResource): string => resource.urn.split("::").at(-1) ?? "";

const upWith = (args: readonly string[]): string[] => ["up", "--yes", "--skip-preview", ...args];
