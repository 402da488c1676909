import { existsSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../tools/setup/context.mjs";
import { type Ended, Running } from "../../e2e/support/processes.ts";
import { Guest } from "./guest.ts";
import { Host } from "./host.ts";

const script = join(repository, "test", "lab", "lab.sh");

/** Folder of all labs; the same default as in shell/settings.sh. */
const folderOfLabs = process.env.ROLLING_PATCH_LAB ?? "/var/tmp/rolling-patch-lab";

/**
 * The lab from a test's point of view: `test/lab/lab.sh` with its deadlines, hosts and guests as objects. Tests run in the
 * client's network, which the runner has made; this takes hosts up and away in it.
 */
export class Lab {
  readonly name: string;
  /** Keys, known_hosts, and a folder for each host. */
  readonly folder: string;
  readonly #hosts = new Map<string, Host>();

  constructor(name: string = process.env.ROLLING_PATCH_LAB_NAME ?? "lab") {
    this.name = name;
    this.folder = join(folderOfLabs, name);
  }

  /** Hosts h1 … hN, until SSH answers on all of them. What another test has left is taken away first. */
  async up(hosts: number): Promise<void> {
    await this.clear();
    await this.call("up", String(hosts));
  }

  /** No hosts any more, the client's network stays. */
  async clear(): Promise<void> {
    this.#hosts.clear();
    await this.call("clear");
  }

  /** Nothing is left. Only for a lab that the test does not run in. */
  async down(): Promise<void> {
    await this.call("down");
  }

  /** By number or name: 1 and "h1" are the same. */
  host(which: number | string): Host {
    const id = typeof which === "number" ? `h${which}` : which;
    const known = this.#hosts.get(id) ?? new Host(this, id);
    this.#hosts.set(id, known);
    return known;
  }

  guest(which: number | string): Guest {
    return new Guest(typeof which === "number" ? `g${which}` : which);
  }

  /** These do not see each other any more; everybody else sees them. */
  async isolate(...hosts: Host[]): Promise<void> {
    await this.call("isolate", ...hosts.map((host) => host.id));
  }

  async unite(...hosts: Host[]): Promise<void> {
    await this.call("unite", ...hosts.map((host) => host.id));
  }

  /** known_hosts has the keys that the hosts have now. */
  async learnHostKeys(): Promise<void> {
    await this.call("learn");
  }

  /** The hosts' public keys, as `ssh` reads them. */
  get knownHosts(): string {
    return join(this.folder, "known_hosts");
  }

  /** Private key of the user who patches. */
  get rollerKey(): string {
    return join(this.folder, "keys", "roller");
  }

  /** A command as the user who patches, the way a person types it: the host's key is checked. */
  asRoller(host: Host, command: string): Promise<Ended> {
    return run("ssh", ["-F", join(this.folder, "ssh_config"), host.id, command], 60);
  }

  /** A command of lab.sh; its output. Throws with all of it when it fails. */
  async call(...args: string[]): Promise<string> {
    return (await this.attempt(args)).ok().stdout;
  }

  attempt(args: readonly string[], deadline = 120): Promise<Ended> {
    return run(script, args, deadline, { ROLLING_PATCH_LAB_NAME: this.name });
  }

  /** A command of lab.sh that goes on while the test does something else. */
  start(args: readonly string[], deadline = 120): Running {
    return new Running(script, args, {
      cwd: repository,
      env: { ...process.env, ROLLING_PATCH_LAB_NAME: this.name },
      deadline,
    });
  }

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }
}

/** @param deadline Seconds. */
function run(command: string, args: readonly string[], deadline: number, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Running(command, args, { cwd: repository, env: { ...process.env, ...env }, deadline }).ended;
}
