import { describe, expect, test } from "vitest";
import { endOf } from "../../provider/engine/tool-log.ts";

describe("the log of a tool", () => {
  test("is kept as plain text, without credentials and what a progress bar has overwritten", () => {
    const text = "\u001b[1mGet\u001b[0m https://a:b@host/x\n10 %\r50 %\r100 %\ndone\u0007\n\n";
    expect(endOf(text)).toBe("Get https://***@host/x\n100 %\ndone");
  });

  test("is cut at its beginning, by whole lines, and says so", () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}`);
    const kept = endOf(lines.join("\n"));
    const [said, first] = kept.split("\n");
    expect(said).toMatch(/^\(the first \d+ characters are left out\)$/);
    expect(first).toMatch(/^line \d+$/);
    expect(kept.endsWith("\nline 4999")).toBe(true);
    expect(kept.length).toBeLessThan(16_100);
  });
});
