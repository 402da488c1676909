import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exported, verified } from "../../../provider/lifecycle/report/chain.ts";
import { journalOf } from "./journals.ts";

const { run, entries } = journalOf({ hosts: 3, name: (index) => `höst-${index}` });
const { lines, head } = exported(run, entries);
const file = (some: readonly string[] = lines): Uint8Array => Buffer.from(`${some.join("\n")}\n`);
const whole = file();

describe("an exported journal", () => {
  test("is whole as it was written, and its head depends on nothing but the entries", () => {
    expect(verified(whole)).toEqual({ kind: "whole", run, entries: entries.length, head });
    expect(exported(run, entries).head).toBe(head);
    expect(exported(run, entries.slice(0, -1)).head).not.toBe(head);
    expect(JSON.parse(lines[1] ?? "").entry).toEqual(entries[0]);
  });

  test("no byte of it can change unseen, and the line is named", () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const line = 1 + Buffer.from(whole.subarray(0, at)).toString("latin1").split("\n").length - 1;
        const result = verified(bytes);
        expect(result.kind).toBe("altered");
        if (result.kind === "altered") expect([line, line + 1]).toContain(result.line);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    [
      "a line is gone",
      (some: string[]) => some.splice(4, 1),
      5,
      /line 5 of the export is missing or stands? elsewhere/,
    ],
    ["three are gone", (some: string[]) => some.splice(4, 3), 5, /lines? 5 to 7 of the export are missing/],
    ["two change places", (some: string[]) => some.splice(4, 2, some[5] ?? "", some[4] ?? ""), 5, /line 6 stands here/],
    [
      "one stands twice",
      (some: string[]) => some.splice(4, 0, some[4] ?? ""),
      6,
      /line 5 of the export stands here, a second time/,
    ],
    ["its end is cut off", (some: string[]) => some.splice(-1), undefined, /ends before its last line/],
    [
      "half a line is cut off",
      (some: string[]) => some.splice(-1, 1, (some.at(-1) ?? "").slice(0, 90)),
      undefined,
      /not a line of an export/,
    ],
    ["it has another beginning", (some: string[]) => some.splice(0, 1), 1, /line 2 stands here|missing/],
    ["something follows its end", (some: string[]) => some.push("{}"), undefined, /has ended before it/],
    ["all is gone", (some: string[]) => some.splice(0), 1, /ends before|not a line/],
  ])("%s", (_, change, line, why) => {
    const some = [...lines];
    change(some);
    const result = verified(file(some));
    expect(result).toMatchObject({ kind: "altered", why: expect.stringMatching(why) });
    if (line !== undefined) expect(result).toMatchObject({ line });
  });

  test("a line of another export does not fit in", () => {
    const other = exported("another", entries).lines;
    expect(verified(file([...lines.slice(0, 3), ...other.slice(3)]))).toMatchObject({ kind: "altered", line: 4 });
  });
});
