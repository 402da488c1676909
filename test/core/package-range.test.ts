import { describe, expect, it } from "vitest";
import { baselineKey, baselineText } from "../../provider/core/baseline.ts";
import { levelChange, levelOf } from "../../provider/core/levels.ts";
import { isMet, isPast, type PackageRange, readRange, resolved } from "../../provider/core/package-range.ts";

const range = (text: string): PackageRange => {
  const found = readRange(text);
  if (typeof found === "string") throw new Error(found);
  return found;
};
const versions = ["1.0-1", "1.9-1", "1.10-1", "2.0~rc1-1", "2.0-1"];

describe("ranges of package versions", () => {
  it.each([
    ["1.10-1", undefined, "1.10-1"],
    ["1.5-1", undefined, undefined],
    ["latest", undefined, "2.0-1"],
    ["latest", "1.0-1", "2.0-1"],
    ["latest", "3.0-1", "3.0-1"],
    [">= 1.9-1", undefined, "2.0-1"],
    [">= 1.9-1", "1.9-1", "1.9-1"],
    [">= 1.9-1, < 2.0~", "1.0-1", "1.10-1"],
    ["< 1.0-1", "1.9-1", undefined],
  ])("%s on a host with %s is %s", (text, installed, expected) => {
    expect(resolved("deb", range(text), installed, versions)).toBe(expected);
  });

  it.each([
    ["1.9-1", "1.10-1", true],
    ["1.10-1", "1.9-1", false],
    ["latest", "9-1", false],
    [">= 1.9-1", "9-1", false],
    [">= 1.9-1, < 2.0-1", "2.0-1", true],
  ])("%s is behind a host with %s: %s", (text, installed, expected) => {
    expect(isPast("deb", range(text), installed)).toBe(expected);
  });

  it("a version that is written differently is the same version", () => {
    expect(isMet("deb", range("1.0-1"), "0:1.0-1", undefined)).toBe(true);
  });

  it.each(["", "1.0 1", "$(id)", ">= ", ">= 1.0,", "1.0; reboot", "> 1.0 < 2.0"])("%j is none", (text) => {
    expect(readRange(text)).toEqual(expect.stringMatching(/is no (version|range)/));
  });
});

describe("levels of packages", () => {
  it("are sorted and name what differs", () => {
    const level = levelOf([
      ["qemu", "1:10.0.12"],
      ["libvirt", "11.3"],
    ]);
    expect(level).toBe("libvirt=11.3 qemu=1:10.0.12");
    expect(levelChange(level, "libvirt=11.3 qemu=1:10.0.13")).toBe("qemu 1:10.0.12 → 1:10.0.13");
    expect(levelChange("8.0.1", "8.0.3")).toBe("8.0.1 → 8.0.3");
    expect(levelChange("a=1", "a=1 b=2")).toBe("b none → 2");
  });
});

describe("baselines of packages", () => {
  it("have one key however they are written, and few words", () => {
    expect(baselineKey({ packages: { b: ">= 1", a: "2" } })).toBe(baselineKey({ packages: { a: "2", b: ">=1" } }));
    expect(baselineKey({ packages: { a: "2" } })).not.toBe(baselineKey({ packages: { a: "2" }, allowDowngrade: true }));
    expect(baselineText({ packages: { d: "4", a: "1", b: "2", c: "3" } })).toBe("a 1, b 2 and 2 more");
    expect(baselineText({ version: "8.0.3" })).toBe("8.0.3");
  });
});
