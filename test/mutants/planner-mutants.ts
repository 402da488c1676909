import { changesIn, type Mutant } from "./mutants.ts";

const change = changesIn("provider/planner");

/** Each is a mistake that somebody could make in the planner; the validator or the planner's properties must notice every one. */
export const plannerMutants: readonly Mutant[] = [
  {
    name: "forgets that moves in flight are booked at both ends",
    changes: [
      change("hand.ts", "if (!isFlying(leg)) board.book(leg.item, leg.to);", ""),
      change(
        "hand.ts",
        "for (const { item, from } of evacuate) board.unbook(item, from);",
        "for (const { item, from, to } of evacuate) { board.book(item, to); board.unbook(item, from); }",
      ),
    ],
  },
  {
    name: "frees the source of what comes back before it has left",
    changes: [
      change(
        "hand.ts",
        "for (const { item, to } of putBack) board.expect(item, to, 1);",
        "for (const { item, from, to } of putBack) { board.expect(item, to, 1); board.unbook(item, from); }",
      ),
      change(
        "hand.ts",
        "board.expect(leg.item, leg.to, -1); shift(board, leg);",
        "board.expect(leg.item, leg.to, -1); board.book(leg.item, leg.from); shift(board, leg);",
      ),
    ],
  },
  {
    name: "ignores anti-affinity",
    changes: [
      change(
        "board.ts",
        "return item.group >= 0 && this.#groups[node.index]?.includes(item.group) === true;",
        "return false;",
      ),
    ],
  },
  {
    name: "ignores the reserve",
    changes: [change("hand.ts", "return least >= 0;", "return least >= Number.NEGATIVE_INFINITY;")],
  },
  {
    name: "keeps a reserve of one host too few",
    changes: [
      change(
        "service.ts",
        "return this.#failures(resource, out, reserve.count).total;",
        "return this.#failures(resource, out, reserve.count - 1).total;",
      ),
    ],
  },
  {
    name: "ignores perDomain and quorum groups",
    changes: [
      change(
        "hand.ts",
        "return this.#facts.limitsOf[node.index]?.find(full);",
        "return this.#facts.limitsOf[node.index]?.find((limit) => full(limit) && limit.allowed < 0);",
      ),
    ],
  },
  {
    name: "counts hosts that are out for reasons of their own as in service",
    changes: [
      change(
        "manners.ts",
        "const width = Math.max(1, facts.allowed - facts.unavailable.length);",
        "const width = Math.max(1, facts.allowed);",
      ),
    ],
  },
  {
    name: "opens the ramp by one place too many",
    changes: [
      change("ramp.ts", "Math.floor(Math.log2(index / start + 1)))", "Math.floor(Math.log2(index / start + 1)) + 1)"),
    ],
  },
  {
    name: "starts a host that still receives",
    changes: [change("hand.ts", "return (this.#touched[node.index] ?? 0) > 0;", "return false;")],
  },
  {
    name: "lets a host start beside a canary",
    changes: [
      change("turn.ts", "return turn.canary || turn.judged || turn.makeRoom", "return turn.judged || turn.makeRoom"),
    ],
  },
  {
    name: "moves pinned workloads",
    changes: [change("leaving.ts", ".filter((item) => !item.workload.pinned)", '.filter((item) => item.id !== "")')],
  },
  {
    name: "puts load back from hosts that may be out",
    changes: [change("late-moves.ts", "if (other === undefined) return true;", "if (other !== turn) return true;")],
  },
  {
    name: "makes room in the wrong order",
    changes: [
      change(
        "in-sequence.ts",
        "legs.push({ ...shift, why: why.makesRoom });",
        "legs.unshift({ ...shift, why: why.makesRoom });",
      ),
    ],
  },
  {
    name: "makes room although workloads wait for each other's place",
    changes: [
      change(
        "in-sequence.ts",
        "board.mayFollow(from, to) && yard.fits(item, to)",
        "board.mayFollow(from, to) && item.index >= 0",
      ),
    ],
  },
  {
    name: "gives room back that nobody asked for",
    changes: [change("make-room.ts", 'facts.request.policy.putBack !== "home" || putBack.length', "putBack.length")],
  },
  {
    name: "ignores spread groups",
    changes: [
      change(
        "board.ts",
        '!stays && this.#spread.hasOther(item, node) ? "spread"',
        '!stays && node.index < 0 ? "spread"',
      ),
    ],
  },
  {
    name: "brings companions home one by one",
    changes: [
      change("homecoming.ts", "(whole(bundle) && takes(bundle) ? bundle : [])", "(takes(bundle) ? bundle : [])"),
    ],
  },
  {
    name: "brings home what has no room",
    changes: [
      change(
        "homecoming.ts",
        "if (item.need.some((need, r) => need > 0 && at(more, r) + need > at(node.capacity, r) * (1 + 1e-9))) return false;",
        "",
      ),
    ],
  },
  {
    name: "ignores must-rules",
    changes: [change("board.ts", 'if (isKeptOff(item, node)) return "must-rule";', "")],
  },
  {
    name: "moves again what may move once",
    changes: [change("board.ts", 'return "moves-once"', "return undefined")],
  },
  {
    name: "moves in one turn what no time allows together",
    changes: [change("calendar.ts", "return spans.length === 0 ||", "return spans.length >= 0 ||")],
  },
  {
    name: "counts on half of the room that a host needs to be emptied again",
    changes: [
      change("retreat.ts", "return free - coming >= size * (1 - TOLERANCE);", "return free - coming >= size / 2;"),
    ],
  },
  {
    name: "does not tell which hosts rest",
    changes: [change("assemble.ts", "return ids.length === 0 ? {} : { resting: ids };", "return {};")],
  },
  {
    name: "gives up should-rules without a word",
    changes: [
      change(
        "given-up.ts",
        "if (isDisliked(item, to)) lost.set(item, true);",
        "if (isDisliked(item, to)) lost.delete(item);",
      ),
    ],
  },
  {
    name: "moves workloads to older hosts",
    changes: [
      change("board.ts", "return this.#age.length === 0 || this.ageOf(from) <= this.ageOf(to);", "return true;"),
    ],
  },
  {
    name: "does not wait for hosts that an order rule puts first",
    changes: [change("line.ts", "if (mustWait) return false;", "")],
  },
  {
    name: "starts others beside a host that goes last",
    changes: [change("line.ts", "if (this.#lastsOut.size > 0) return false;", "")],
  },
  {
    name: "forgets the announced order",
    changes: [
      change(
        "manners.ts",
        "const order = [...usual].sort((a, b) => rankIn(announced, a) - rankIn(announced, b));",
        "const order = [...usual].sort((a, b) => rankIn(announced, b) - rankIn(announced, a));",
      ),
    ],
  },
  {
    name: "says a bound on moves that is too high",
    changes: [change("moves-bound.ts", "return leaving + Math.max(home, twice);", "return leaving + home + twice;")],
  },
  {
    name: "says a bound on hours that is too high",
    changes: [
      change(
        "hours-bound.ts",
        "sum(alone) + throughPlaces(facts, shared, seconds),",
        "sum(turns) + throughPlaces(facts, shared, seconds),",
      ),
    ],
  },
  {
    name: "leaves what comes back out of its totals",
    changes: [
      change(
        "assemble.ts",
        "const all = turns.flatMap(legsOf);",
        "const all = turns.flatMap((turn) => [...turn.makeRoom, ...turn.evacuate]);",
      ),
    ],
  },
  {
    name: "says too few GiB",
    changes: [change("assemble.ts", "(sum, leg) => sum + leg.item.gib", "(sum, leg) => Math.max(sum, leg.item.gib)")],
  },
  {
    name: "forecasts more migrations at once than policy allows",
    changes: [change("timeline.ts", "this.#flights = total === undefined", "this.#flights = total !== undefined")],
  },
  {
    name: "plans otherwise every time",
    changes: [
      change(
        "manners.ts",
        "[...pending].sort((a, b) => count(a) - count(b) || a.index - b.index);",
        "[...pending].sort((a, b) => count(a) - count(b) || Math.random() - 0.5);",
      ),
    ],
  },
  {
    name: "plans otherwise when keys come in another order",
    changes: [change("facts.ts", "return [...names].sort();", "return [...names];")],
  },
];
