import type { RunReport } from "./schema.ts";
import { lasting, share } from "./words.ts";

export interface Figure {
  readonly big: string;
  readonly small: string;
  /** Against it. */
  readonly planned?: string;
}

/** The few numbers of a run that a reader wants first, each against its plan. */
export function figuresOf({ plan, hosts, seconds }: RunReport): Figure[] {
  if (plan === undefined)
    return [
      { big: String(hosts.filter(({ outcome }) => outcome === "rolled").length), small: "hosts rolled" },
      { big: lasting(seconds), small: "first to last entry" },
    ];
  const { planned, actual } = plan;
  const fullest = (of: number | undefined): string => (of === undefined ? "not seen" : share(of));
  return [
    { big: count(actual.hosts), small: "hosts rolled", planned: count(planned.hosts) },
    { big: count(actual.moves), small: "moves", planned: count(planned.moves) },
    {
      big: lasting(actual.hours * 3600),
      small: "first cordon to last release",
      planned: lasting(planned.hours * 3600),
    },
    { big: count(actual.out), small: "most out at once", planned: count(planned.out) },
    { big: fullest(actual.fullest), small: "fullest host", planned: fullest(planned.fullest) },
  ];
}

const count = (value: number): string => value.toLocaleString("en");

export interface Happened {
  readonly at?: number;
  readonly wall?: string;
  /** A person, a host, or nobody. */
  readonly who: string;
  readonly what: string;
  readonly bad: boolean;
}

/** What people did and what stands out, in order. */
export function whatHappened({ people, marks }: RunReport): Happened[] {
  const told: Happened[] = [
    ...people.map(({ at, wall, who, what }) => ({ ...(at === undefined ? {} : { at }), wall, who, what, bad: false })),
    ...marks
      .filter(({ kind }) => kind !== "taken up")
      .map(({ at, host = "the run", kind, text }) => ({ at, who: host, what: text, bad: BAD.includes(kind) })),
  ];
  return told.sort((a, b) => (a.at ?? -1) - (b.at ?? -1));
}

const BAD: readonly string[] = ["halt", "convicted", "suspected"];
