import { describe, expect, test } from "vitest";
import { audit } from "../../../bench/peers/audit.ts";
import { figuresOf } from "../../../bench/peers/figures.ts";
import { type Log, type Outage, Roll } from "../../../bench/peers/roll.ts";
import type { Host, Workload } from "../../../provider/core/fleet.ts";
import { fleetWith } from "./fleets.ts";

const fleet = fleetWith([[10, 20, 30], [40], []]);
const [h0, h1, h2] = fleet.hosts as [Host, Host, Host];
const [a, b, c, d] = fleet.workloads as [Workload, Workload, Workload, Workload];

describe("a roll", () => {
  test("moves as many at once as there are slots, remediates, and moves load back", () => {
    const roll = new Roll(fleet);
    roll.start(
      h0,
      [a, b, c].map((workload) => ({ workload, to: h2 })),
      [{ workload: c, to: h0 }],
    );
    const log = roll.end();
    // Slots for two: 10 s and 20 s side by side, then 30 s after the first; 100 s of remediation; 30 s back.
    expect(log.moves.map(({ start, end }) => [start, end])).toEqual([
      [0, 10],
      [0, 20],
      [10, 40],
      [140, 170],
    ]);
    expect(log.outages).toEqual([{ host: h0, cordoned: 0, emptied: 40, back: 140, released: 170 }]);
    expect(audit(fleet, log)).toEqual([]);
    expect(figuresOf(fleet, log)).toMatchObject({ moves: 4, mostMoves: 2, away: 0.5, hours: 170 / 3600, hostsDone: 1 });
  });

  test("moves one at a time where the platform does", () => {
    const roll = new Roll(fleet, 1);
    roll.migrate([a, b].map((workload) => ({ workload, to: h2 })));
    expect(roll.end().moves.map(({ start }) => start)).toEqual([0, 10]);
  });

  test("books a migration at both ends until it is over", () => {
    const roll = new Roll(fleet);
    roll.migrate([{ workload: c, to: h1 }]);
    expect([h0, h1].map((host) => roll.room.freeMemory(host) / 1024)).toEqual([40, 30]);
    roll.wait();
    expect([h0, h1].map((host) => roll.room.freeMemory(host) / 1024)).toEqual([70, 30]);
  });

  test("keeps N+1 unless the others could not lose one more", () => {
    const kept = (hosts: readonly Host[]): boolean => {
      const outages = hosts.map((host) => ({ host, cordoned: 0, emptied: 0, back: 100, released: 100 }));
      return figuresOf(fleet, { moves: [], outages }).reserveKept;
    };
    expect([kept([h2]), kept([h1, h2])]).toEqual([true, false]);
  });
});

describe("the audit finds", () => {
  const out = (host: Host, cordoned: number, emptied: number, back: number): Outage => {
    return { host, cordoned, emptied, back, released: back };
  };
  const move = (workload: Workload, from: Host, to: Host, start: number, end: number) => {
    return { workload, from, to, start, end, besideMate: false };
  };
  const full = fleetWith([[70], [40]]);
  const [big] = full.workloads as [Workload];
  const [left, right] = full.hosts as [Host, Host];

  test.each<[string, Partial<Log>, string]>([
    ["a workload that is elsewhere", { moves: [move(a, h1, h2, 0, 10)] }, "h0-0 leaves h1, where it is not"],
    [
      "one that is under way",
      { moves: [move(a, h0, h2, 0, 10), move(a, h2, h1, 5, 15)] },
      "h0-0 leaves h2, where it is not",
    ],
    [
      "more migrations than slots",
      { moves: [a, b, c].map((one) => move(one, h0, h2, 0, 10)) },
      "h0 has more migrations than slots",
    ],
    [
      "a move to a host that is out",
      { moves: [move(d, h1, h2, 5, 45)], outages: [out(h2, 0, 0, 100)] },
      "h1-0 goes to h2, which is out",
    ],
    [
      "a host that goes out under a move",
      { moves: [move(d, h1, h2, 0, 40)], outages: [out(h2, 10, 50, 100)] },
      "h1-0 is on its way to h2, which goes out",
    ],
    ["a host that is not empty", { outages: [out(h1, 0, 0, 100)] }, "h1 is remediated with h1-0 on it"],
  ])("%s", (_, log, words) => {
    const found = audit(fleet, { moves: [], outages: [], ...log });
    expect(found.join("; ")).toContain(words);
  });

  test("a host that is over-full", () => {
    expect(audit(full, { moves: [move(big, left, right, 0, 70)], outages: [] })).toEqual([
      "h1 holds 112640 of 102400 memory",
    ]);
  });
});
