import type { Slice } from "../core/impact/samples.ts";

/** Slices of one start as they are written: `[probe, workload, host, samples]` each. */
type Packed = readonly (readonly [string, string, string, Slice["samples"]])[];

/** Slices by their start, each group as compact JSON. */
export function packed(slices: readonly Slice[]): Map<number, string> {
  const groups = new Map<number, Slice[]>();
  for (const slice of slices) {
    const group = groups.get(slice.at);
    if (group === undefined) groups.set(slice.at, [slice]);
    else group.push(slice);
  }
  return new Map(Array.from(groups, ([at, group]) => [at, pack(group)]));
}

function pack(slices: readonly Slice[]): string {
  const rows: Packed = slices.map(({ probe, workload, host, samples }) => [probe, workload, host, samples]);
  return JSON.stringify(rows);
}

export function unpacked(at: number, text: string): Slice[] {
  return (JSON.parse(text) as Packed).map(([probe, workload, host, samples]) => ({
    probe,
    workload,
    host,
    at,
    samples,
  }));
}

/** Slices of one start that were kept before, with those of a second time put in their place. */
export function merged(at: number, before: string, after: string): string {
  const all = new Map([...unpacked(at, before), ...unpacked(at, after)].map((slice) => [sliceKey(slice), slice]));
  return pack([...all.values()]);
}

/** What a slice is about. */
export function sliceKey({ probe, workload, at }: Slice): string {
  return `${at}\n${probe}\n${workload}`;
}

/** Oldest first. */
export function inOrder(slices: Iterable<Slice>): Slice[] {
  return [...slices].sort((a, b) => a.at - b.at);
}
