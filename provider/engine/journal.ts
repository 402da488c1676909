import type { Slice } from "../core/impact/samples.ts";
import type { RunMemory } from "../core/run.ts";
import { wallTime } from "./clock.ts";
import { inOrder, sliceKey } from "./journal-slices.ts";
import type { Journal, JournalEntry, StoredEntry } from "./ports.ts";

export { JOURNAL_FILE, type JournalOptions, journalExists, openJournal } from "./journal-file.ts";

/** A journal that forgets when the process ends: for tests, and for rolls in virtual time. */
export function memoryJournal(wall: () => string = wallTime): Journal {
  const stored: StoredEntry[] = [];
  const memories = new Map<string, string>();
  const measured = new Map<string, Map<string, Slice>>();
  return {
    append(entry) {
      stored.push({ ...plain(entry), seq: stored.length + 1, wall: wall() });
    },
    runs: () => summaries(stored),
    entries: (run) => stored.filter((entry) => entry.run === run),
    memory(run) {
      const text = memories.get(run);
      return text === undefined ? undefined : JSON.parse(text);
    },
    remember(memory: RunMemory) {
      memories.set(memory.id, JSON.stringify(memory));
    },
    keepSlices(run, slices) {
      const kept = measured.get(run) ?? new Map<string, Slice>();
      measured.set(run, kept);
      for (const slice of slices) kept.set(sliceKey(slice), slice);
    },
    slices: (run) => inOrder(measured.get(run)?.values() ?? []),
    close() {},
  };
}

/** What a file would give back: JSON, detached from the caller's objects. */
function plain(entry: JournalEntry): JournalEntry {
  return JSON.parse(JSON.stringify({ ...entry, data: entry.data ?? null }));
}

function summaries(stored: readonly StoredEntry[]): ReturnType<Journal["runs"]> {
  const runs = new Map<string, { run: string; from: string; to: string; entries: number }>();
  for (const { run, wall } of stored) {
    const seen = runs.get(run) ?? { run, from: wall, to: wall, entries: 0 };
    runs.delete(run);
    runs.set(run, { ...seen, to: wall, entries: seen.entries + 1 });
  }
  return [...runs.values()].reverse();
}
