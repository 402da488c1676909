import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { compareVersions, satisfies, versionProblem, versionSchemes } from "../../provider/core/version.ts";
import { relatives, versionPairs, versions } from "./version-arbitraries.ts";

describe.each(versionSchemes)("%s", (scheme) => {
  const version = versions(scheme);
  const pair = versionPairs(scheme);

  it("is reflexive and antisymmetric", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(compareVersions(scheme, a, a)).toBe(0);
        expect(compareVersions(scheme, a, b) + compareVersions(scheme, b, a)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it("is transitive: what is sorted is sorted between any two", () => {
    fc.assert(
      fc.property(relatives(scheme, 3, 8), (list) => {
        const sorted = list.toSorted((a, b) => compareVersions(scheme, a, b));
        for (const [i, older] of sorted.entries()) {
          for (const newer of sorted.slice(i + 1)) expect(compareVersions(scheme, older, newer)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("puts equal versions in the same place", () => {
    fc.assert(
      fc.property(pair, version, ([a, b], c) => {
        fc.pre(compareVersions(scheme, a, b) === 0);
        expect(compareVersions(scheme, a, c)).toBe(compareVersions(scheme, b, c));
      }),
      { numRuns: 200 },
    );
  });

  it("satisfies: equal versions do, and who does not is behind or ahead", () => {
    fc.assert(
      fc.property(pair, ([declared, actual]) => {
        expect(satisfies(scheme, declared, declared)).toBe(true);
        if (!satisfies(scheme, declared, actual)) expect(compareVersions(scheme, declared, actual)).not.toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it("reads a text or refuses it with the documented error, whatever it is", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const problem = versionProblem(scheme, text);
        if (problem === undefined) {
          expect(compareVersions(scheme, text, text)).toBe(0);
        } else {
          expect(problem.length).toBeLessThan(2_000);
          expect(() => compareVersions(scheme, text, text)).toThrow(new RangeError(problem));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses every version with a character outside ASCII in it", () => {
    const stranger = fc.oneof(
      fc.constantFrom("０", "９", "٣", "४", "²", "ª", "。", "\u00a0", "\ufeff"),
      fc.string({ unit: "binary", minLength: 1 }),
    );
    fc.assert(
      fc.property(version, stranger, fc.nat(), (text, inserted, at) => {
        fc.pre([...inserted].some((character) => (character.codePointAt(0) ?? 0) > 127));
        const cut = at % (text.length + 1);
        expect(versionProblem(scheme, text.slice(0, cut) + inserted + text.slice(cut))).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("semver against the library", () => {
  it("agrees wherever the library can hold the numbers", () => {
    const small = versionPairs("semver").filter((pair) => pair.every((text) => !/[0-9]{16}/.test(text)));
    fc.assert(
      fc.property(small, ([a, b]) => {
        expect(compareVersions("semver", a, b)).toBe(semver.compare(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses nothing that the specification allows and the library reads", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0123.-+aZ~ v"), maxLength: 14 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((tail) => `1.2.3-${tail}`),
        ),
        (candidate) => {
          const readable =
            semver.valid(candidate) !== null && /^[0-9]/.test(candidate) && candidate.trim() === candidate;
          expect(versionProblem("semver", candidate) === undefined).toBe(readable);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

/** Any text, texts of the characters that versions are made of, and very long repetitions of short ones. */
function hostileText(): fc.Arbitrary<string> {
  const likely = fc.string({ unit: fc.constantFrom(..."0129azAZ.-+~^:_ "), maxLength: 30 });
  return fc.oneof(
    likely,
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("__proto__", "constructor", "toString", "NaN", "Infinity", "1e400", "-0", "%s%n", "1;rm"),
    fc.tuple(likely, fc.integer({ min: 2, max: 20_000 })).map(([text, times]) => text.repeat(times)),
  );
}
