import type { Fleet } from "../core/fleet.ts";
import type { Move } from "../core/plan.ts";
import { sortsBefore, versionProblem } from "../core/version.ts";

/** The validator's own view of which level every host is at while a plan is played through. */
export class Levels {
  readonly #fleet: Fleet;
  readonly #now: Map<string, string>;

  constructor(fleet: Fleet) {
    const isRead = (text: string): boolean => versionProblem(fleet.scheme, text) === undefined;
    this.#fleet = fleet;
    this.#now = new Map(fleet.hosts.map((host) => [host.id, isRead(host.evidence) ? host.evidence : host.level]));
  }

  set(host: string, level: string): void {
    this.#now.set(host, level);
  }

  of(host: string): string {
    return this.#now.get(host) ?? "";
  }

  /** Both can be read, and the first one is older. */
  isOlder(level: string, other: string): boolean {
    return this.#areRead(level, other) && sortsBefore(this.#fleet.scheme, level, other);
  }

  /** The first one is older, or nobody can tell. */
  mayBeOlder(level: string, other: string): boolean {
    return level !== other && (!this.#areRead(level, other) || sortsBefore(this.#fleet.scheme, level, other));
  }

  #areRead(...levels: string[]): boolean {
    return levels.every((level) => versionProblem(this.#fleet.scheme, level) === undefined);
  }

  /** What is wrong with a move onto a host that is at `level` by then, in words; undefined: nothing. */
  trouble({ workload, from, to }: Move, level = this.#now.get(to) ?? ""): string | undefined {
    const source = this.of(from);
    if (this.#fleet.backward !== "no" || !this.mayBeOlder(level, source)) return undefined;
    return `moves ${workload} from ${from} at ${source} to ${to} at ${level}, and moves to older hosts are forbidden`;
  }
}
