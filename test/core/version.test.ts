import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  compareVersions,
  satisfies,
  sortsBefore,
  type VersionScheme,
  versionProblem,
  versionSchemes,
} from "../../provider/core/version.ts";

const relations: Record<string, -1 | 0 | 1> = { "<": -1, "=": 0, ">": 1 };
const rows = readFileSync(new URL("./version-pairs.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t"));

describe("the table of pairs", () => {
  it("has at least 500 rows, some of every scheme and relation", () => {
    expect(rows.length).toBeGreaterThanOrEqual(500);
    const kinds = new Set(rows.map(([scheme, , relation]) => `${scheme} ${relation}`));
    expect([...kinds].sort()).toEqual(versionSchemes.flatMap((s) => [`${s} <`, `${s} =`, `${s} >`]).sort());
  });

  it.each(versionSchemes)("%s: every row compares as it says, both ways", (scheme) => {
    const wrong = rows
      .filter(([of]) => of === scheme)
      .filter(([, a = "", relation = "", b = ""]) => {
        const expected = relations[relation];
        return compareVersions(scheme, a, b) !== expected || compareVersions(scheme, b, a) + (expected ?? NaN) !== 0;
      });
    expect(wrong).toEqual([]);
  });
});

describe("sortsBefore", () => {
  it("is true for the older version alone", () => {
    expect(sortsBefore("release", "8.0.9", "8.0.10")).toBe(true);
    expect(sortsBefore("release", "8.0.10", "8.0.9")).toBe(false);
    expect(sortsBefore("release", "8.0", "8.0.0")).toBe(false);
  });
});

describe("satisfies", () => {
  it.each<[VersionScheme, string, string, boolean]>([
    ["release", "8.0.3", "8.0.3-24022510", true],
    ["release", "8.0.3", "8.0.3", true],
    ["release", "8.0", "8.0.0-20513097", true],
    ["release", "8.0", "8.0.3", false],
    ["release", "8.0.3", "8.0.30-1", false],
    ["release", "8.0.3-24022510", "8.0.3-24022510", true],
    ["release", "8.0.3-24022510", "8.0.3-24280767", false],
    ["release", "8.0.3-24022510", "8.0.3", false],
    ["release", "8.0.3-0", "8.0.3", false],
    ["rpm", "5.14.0", "5.14.0-427.13.1.el9_4", true],
    ["rpm", "5.14.0-427", "5.14.0-427.13.1.el9_4", false],
    ["rpm", "5.14.0-427", "5.14.0", false],
    ["rpm", "3.0.7", "1:3.0.7-25.el9", false],
    ["rpm", "1:3.0.7", "1:3.0.7-25.el9", true],
    ["deb", "3.0.15", "3.0.15-1~deb12u1", false],
    ["deb", "1.0", "1.0-0", true],
    ["windows", "20348.2402", "10.0.20348.2402", true],
    ["windows", "10.0.20348.2402", "10.0.20348.2700", false],
    ["semver", "1.30.5", "1.30.5+k3s1", true],
    ["semver", "1.30.5", "1.30.5-rc.1", false],
  ])("%s: declared %s, found %s: %s", (scheme, declared, actual, expected) => {
    expect(satisfies(scheme, declared, actual)).toBe(expected);
  });
});

describe("versionProblem", () => {
  const everywhere = [
    "",
    " ",
    ".",
    "-",
    "1.2.3 ",
    " 1.2.3",
    "1.2.3\n",
    "1.2.3\0",
    "1,2,3",
    "1/2",
    "８.0.3",
    "٣.0.3",
    "1.０.3",
  ];
  const refused: Record<VersionScheme, string[]> = {
    release: [
      "latest",
      "8.0 U3",
      "v8.0.3",
      "8..3",
      ".8",
      "8.",
      "8.0.x",
      "8.0.3-",
      "8.0.3-a",
      "8.0.3-1-2",
      "8.0.3+1",
      "-1",
      "1e3",
      "0x8",
    ],
    deb: [
      "latest",
      "a1",
      "~1",
      "1.0-",
      "1.0-1-",
      ":1",
      "a:1",
      "1:",
      "-1:1",
      "+1:1",
      "1.0:1",
      "2147483648:1",
      "1_0",
      "1.0-1:1",
      "1^0",
      "1:-1",
    ],
    rpm: [
      "latest",
      "latest-1",
      "1.0-",
      "-1",
      ":1",
      "a:1",
      "1:",
      "1:2:3",
      "-1:1",
      "4294967296:1",
      "1-2-3",
      "(none):1.0-1",
      "1.0%{dist}",
    ],
    windows: [
      "11",
      "24H2",
      "10.0",
      "10.0.20348",
      "9600.22221",
      "10239.1",
      "10.0.20348.2402.1",
      "10.0.20348.",
      "10.0.20348.x",
      "KB5037422",
    ],
    semver: [
      "1",
      "1.2",
      "v1.2.3",
      "=1.2.3",
      "1.2.3.4",
      "01.2.3",
      "1.02.3",
      "1.2.3-",
      "1.2.3-01",
      "1.2.3-a..b",
      "1.2.3+",
      "1.2.3+a+b",
      "alpha",
      "1.2.3-a_b",
      "9007199254740992.0.0",
    ],
  };

  it.each(versionSchemes)("%s: refuses what is none, and so do all comparisons", (scheme) => {
    for (const text of [...everywhere, ...refused[scheme], `1.2.3${".1".repeat(127)}`, "1".repeat(1_000_000)]) {
      const problem = versionProblem(scheme, text);
      expect(problem, JSON.stringify(text.slice(0, 80))).toContain(`is not a ${scheme} version: `);
      const good = scheme === "windows" ? "10.0.20348.1" : "1.2.3";
      for (const call of [compareVersions, sortsBefore, satisfies]) {
        expect(() => call(scheme, text, good)).toThrow(new RangeError(problem));
        expect(() => call(scheme, good, text)).toThrow(new RangeError(problem));
      }
    }
  });

  it("names the text and says how to write it", () => {
    expect(versionProblem("release", "8.0 U3")).toBe(
      '"8.0 U3" is not a release version: write dotted numbers with an optional build, such as 8.0.3 or 8.0.3-24022510',
    );
    expect(versionProblem("windows", "1\u001b[31m")).toContain('"1\\u001b[31m" is not');
    expect(versionProblem("deb", "1".repeat(257))).toBe(
      `"${"1".repeat(40)}"… is not a deb version: it has more than 256 characters`,
    );
    expect(versionProblem("deb", "1".repeat(256))).toBeUndefined();
  });

  it.each(versionSchemes)("%s: the examples that the advice gives are versions", (scheme) => {
    const examples = versionProblem(scheme, "")?.match(/[0-9][^\s,]*[0-9](?:\.el[0-9_]+)?|1:\S+/g) ?? [];
    const versions = examples.filter((example) => example !== "10240");
    expect(versions.length).toBeGreaterThan(0);
    for (const example of versions) expect(versionProblem(scheme, example)).toBeUndefined();
  });
});
