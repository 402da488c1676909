import { expect } from "vitest";
import type { Ended, Running } from "../../e2e/support/processes.ts";
import { type Declared, Project } from "../../e2e/support/project.ts";
import type { Guest } from "./guest.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { declaredTarget } from "./target.ts";

/** What every host of the lab is to have: an agent, and a kernel, for which it reboots. */
export const packages = { "fleet-agent": "1.1.0", "linux-image-lab": "6.1.101-1" };

/** A step that fails is not tried again, and nothing is waited for as long as on real iron. */
const patience = { retries: 0, settle: "2s", deadlines: { drain: "2m", patch: "1m", boot: "20s" } };

/** Seconds. A roll takes some two minutes on two cores, one with a host that does not come back a minute more. */
const longestRoll = 600;

export interface RollOptions {
  /** Guests on each host, without disks. Default: two on each. */
  readonly guests?: readonly number[];
  readonly policy?: Record<string, unknown>;
  readonly packages?: Record<string, string>;
  readonly allowDowngrade?: boolean;
  /** Further fields of the target. */
  readonly target?: Record<string, unknown>;
  readonly checks?: readonly unknown[];
}

/** Hosts of the lab, guests on them, and a stack that declares what they are to be. */
export class Roll {
  readonly project: Project;
  readonly hosts: readonly Host[];
  /** g1, g2, … in the order of the hosts they were started on. */
  readonly guests: readonly Guest[];
  readonly #lab: Lab;
  readonly #boots: readonly number[];

  private constructor(lab: Lab, project: Project, hosts: readonly Host[], guests: readonly Guest[]) {
    this.#lab = lab;
    this.project = project;
    this.hosts = hosts;
    this.guests = guests;
    this.#boots = hosts.map((host) => host.boots());
  }

  /** On a lab that is up with these hosts; guests are started, nothing is rolled yet. */
  static async prepare(lab: Lab, hosts: readonly Host[], options: RollOptions = {}): Promise<Roll> {
    let started = 0;
    const perHost = hosts.map((_, index) => {
      const count = options.guests === undefined ? 2 : (options.guests[index] ?? 0);
      return Array.from({ length: count }, () => lab.guest(++started));
    });
    await Promise.all(
      hosts.map(async (host, index) => {
        for (const guest of perHost[index] ?? []) await host.startGuest(guest);
      }),
    );
    const guests = perHost.flat();
    const project = await Project.create({
      declared: declared(lab, hosts, options),
      env: environment(lab),
    });
    return new Roll(lab, project, hosts, guests);
  }

  /** What the program declares from now on. */
  declare(options: RollOptions): void {
    this.project.declare(declared(this.#lab, this.hosts, options));
  }

  /** Another stack with a state of its own, which wants the same of the same hosts. */
  rival(): Promise<Project> {
    return Project.create({
      stack: "rival",
      declared: declared(this.#lab, this.hosts, {}),
      env: environment(this.#lab),
    });
  }

  /** `pulumi up` that must end well. */
  async up(project: Project = this.project): Promise<Ended> {
    return (await this.startUp(project).ended).ok();
  }

  /** One that must fail, as a roll that ends early does. */
  async upFails(project: Project = this.project): Promise<Ended> {
    return (await this.startUp(project).ended).failed();
  }

  startUp(project: Project = this.project): Running {
    return project.start(["up", "--yes", "--skip-preview"], { deadline: longestRoll });
  }

  /** Ids of the run that a person has to acknowledge, as the halted `up` printed it. */
  static toAcknowledge({ output }: Ended): string {
    const [, run] = /acknowledge: "([^"]+)"/.exec(output) ?? [];
    if (run === undefined) throw new Error(`nothing is there to acknowledge:\n${output}`);
    return run;
  }

  /** How often each host has booted since the roll was prepared. */
  boots(): number[] {
    return this.hosts.map((host, index) => host.boots() - (this.#boots[index] ?? 0));
  }

  /** What each host really is, asked on the host itself. */
  async levels(hosts: readonly Host[] = this.hosts): Promise<string[]> {
    return Promise.all(
      hosts.map(async (host) => {
        const versions = await Promise.all(Object.keys(packages).map((name) => host.package(name)));
        return [...versions, await host.kernel()].join(", ");
      }),
    );
  }

  /** Names of the hosts on which each guest runs: one, unless it is lost or doubled. */
  async places(hosts: readonly Host[] = this.hosts): Promise<Record<string, string[]>> {
    const places: Record<string, string[]> = Object.fromEntries(this.guests.map(({ name }) => [name, []]));
    for (const host of hosts) for (const name of await host.running()) places[name]?.push(host.id);
    return places;
  }

  /** Every host is at the level, by its own word, and every guest runs on one host. */
  async expectDone(): Promise<void> {
    expect(await this.levels()).toEqual(this.hosts.map(() => patched));
    await this.expectNoGuestLost();
  }

  async expectNoGuestLost(hosts: readonly Host[] = this.hosts): Promise<void> {
    const places = Object.entries(await this.places(hosts));
    expect(places.filter(([, where]) => where.length !== 1)).toEqual([]);
  }
}

export const patched = "ii 1.1.0, ii 6.1.101-1, 6.1.101-lab";
export const unpatched = "ii 1.0.0, ii 6.1.100-1, 6.1.100-lab";

/** Neither keys nor known hosts of whoever runs the tests. */
function environment(lab: Lab): Record<string, string> {
  return { HOME: lab.folder, SSH_AUTH_SOCK: "" };
}

function declared(lab: Lab, hosts: readonly Host[], options: RollOptions): Declared {
  return {
    target: declaredTarget(lab, hosts, options.target),
    baseline: {
      packages: options.packages ?? packages,
      ...(options.allowDowngrade === undefined ? {} : { allowDowngrade: options.allowDowngrade }),
    },
    policy: { ...patience, ...options.policy },
    ...(options.checks === undefined ? {} : { checks: options.checks }),
  };
}
