import type { Item } from "./facts.ts";
import { isDisliked } from "./item-rules.ts";
import { legsOf, type Turn } from "./turn.ts";
import { count, list } from "./words.ts";

/** Notes on should-rules that the schedule gives up, to its end or for a time. */
export function givenUp(turns: readonly Turn[]): string[] {
  const lost = new Map<Item, boolean>();
  for (const { item, to } of turns.flatMap(legsOf)) {
    if (isDisliked(item, to)) lost.set(item, true);
    else if (lost.has(item)) lost.set(item, false);
  }
  const named = (forGood: boolean): string[] => [...lost].flatMap(([{ id }, is]) => (is === forGood ? [id] : []));
  const told = (names: readonly string[], when: string): string[] =>
    names.length === 0 ? [] : [`Given up${when}: ${count(names.length, "should-rule")}, of ${list(names)}.`];
  return [...told(named(true), ""), ...told(named(false), " for a time")];
}
