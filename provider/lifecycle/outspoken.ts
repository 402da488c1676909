import type { Meter } from "../engine/ports.ts";

/** A meter that says what its probes cannot do as soon as it is known, each once, however the numbers in it change. */
export function outspoken(meter: Meter | undefined, say: (text: string) => void): Meter | undefined {
  if (meter === undefined) return undefined;
  const said = new Set<string>();
  return {
    follow(fleet) {
      meter.follow(fleet);
      for (const note of meter.notes) {
        const gist = note.replace(/\d+(?:\.\d+)?/g, "#");
        if (said.has(gist)) continue;
        said.add(gist);
        say(note);
      }
    },
    slices: (since) => meter.slices(since),
    get notes() {
      return meter.notes;
    },
    close: () => meter.close(),
  };
}
