import { expect, test } from "vitest";
import { StatusLines, type Ticker } from "../../provider/plugin/status-lines.ts";

/** Time that passes when a test says so. */
class Hand implements Ticker {
  #now = 0;
  readonly #calls = new Map<() => void, number>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): () => void {
    this.#calls.set(call, this.#now + milliseconds);
    return () => this.#calls.delete(call);
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [call, at] of this.#calls) {
      if (at > this.#now) continue;
      this.#calls.delete(call);
      call();
    }
  }
}

test("a row shows at most two lines a second, the newest of those that came too early", () => {
  const shown: string[] = [];
  const hand = new Hand();
  const lines = new StatusLines((urn, text) => shown.push(`${hand.now()} ${urn} ${text}`), hand);
  lines.set("a", "one");
  lines.set("b", "one");
  for (let count = 0; count < 100; count += 1) {
    lines.set("a", `move ${count}`);
    hand.pass(15);
  }
  hand.pass(1_000);
  const ofA = shown.filter((line) => line.includes(" a ")).map((line) => Number(line.split(" ")[0]));
  expect(
    ofA
      .slice(1)
      .map((at, index) => at - (ofA[index] ?? 0))
      .every((gap) => gap >= 500),
  ).toBe(true);
  expect(ofA.length).toBeGreaterThan(2);
  expect(shown[1]).toBe("0 b one");
  expect(shown.at(-1)).toMatch(/ a move 99$/);
});

test("the same line is shown once, and none after the end", () => {
  const shown: string[] = [];
  const hand = new Hand();
  const lines = new StatusLines((_urn, text) => shown.push(text), hand);
  lines.set("a", "rebooting");
  lines.set("a", "rebooting");
  lines.set("a", "back");
  lines.close();
  hand.pass(10_000);
  expect(shown).toEqual(["rebooting"]);
});
