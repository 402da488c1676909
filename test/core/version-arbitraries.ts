import fc from "fast-check";
import { type VersionScheme, versionProblem } from "../../provider/core/version.ts";

/** Versions of a scheme, put together from few and nasty pieces. */
export function versions(scheme: VersionScheme): fc.Arbitrary<string> {
  return shapes[scheme].filter((text) => versionProblem(scheme, text) === undefined);
}

/** A version and some that differ from it by a few characters, so that equal and nearly equal pairs are frequent. */
export function relatives(scheme: VersionScheme, least: number, most: number): fc.Arbitrary<string[]> {
  const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: least + 4, maxLength: most + 4 });
  return fc
    .tuple(versions(scheme), edits)
    .map(([first, changes]) => [first, ...changes.map((steps) => steps.reduce(applyEdit, first))])
    .map((texts) => texts.filter((text) => versionProblem(scheme, text) === undefined).slice(0, most))
    .filter((texts) => texts.length >= least);
}

/** Two relatives, or now and then two strangers. */
export function versionPairs(scheme: VersionScheme): fc.Arbitrary<[string, string]> {
  const related = relatives(scheme, 2, 2).map(([a = "", b = ""]): [string, string] => [a, b]);
  return fc.oneof(
    { weight: 3, arbitrary: related },
    { weight: 1, arbitrary: fc.tuple(versions(scheme), versions(scheme)) },
  );
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat({ max: 60 }),
  remove: fc.constantFrom(0, 0, 1, 2),
  insert: fc.constantFrom("", "0", "00", "1", "9", ".", ".0", "~", "^", "+", "-", "-0", "a", "B", ":", "0:"),
});

function applyEdit(text: string, { at, remove, insert }: Edit): string {
  const cut = at % (text.length + 1);
  return text.slice(0, cut) + insert + text.slice(cut + remove);
}

const number = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("0", "1", "2", "9", "10", "00", "01", "010") },
  { weight: 1, arbitrary: fc.constantFrom("9007199254740992", "9007199254740993", "18446744073709551616") },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String) },
);
const dotted = joined(number, ".", 1, 5);
const epoch = fc.constantFrom("", "", "", "0:", "00:", "1:", "2:", "10:");

const shapes: Record<VersionScheme, fc.Arbitrary<string>> = {
  release: fc.tuple(dotted, optional(joined(number, ".", 1, 3))).map(([numbers, build]) => numbers + build),
  deb: fc.tuple(epoch, number, soup(".+~-:aAzZ"), optional(soup(".+~aAzZ"))).map((pieces) => pieces.join("")),
  rpm: fc.tuple(epoch, soup(".+_~^aAzZ"), optional(soup(".+_~^aAzZ"))).map((pieces) => pieces.join("")),
  windows: fc.oneof(
    joined(number, ".", 4, 4),
    fc.tuple(fc.constantFrom("10240", "14393", "20348", "020348"), number).map(([build, rev]) => `${build}.${rev}`),
    fc.tuple(fc.constantFrom("10.0.20348", "10.0.14393", "6.3.9600"), number).map(([build, rev]) => `${build}.${rev}`),
  ),
  semver: fc
    .tuple(joined(fc.constantFrom("0", "1", "2", "10"), ".", 3, 3), optional(joined(identifier(), ".", 1, 3)), build())
    .map((pieces) => pieces.join("")),
};

/** Numbers and single characters in any order. */
function soup(characters: string): fc.Arbitrary<string> {
  return fc.array(fc.oneof(number, fc.constantFrom(...characters)), { maxLength: 7 }).map((pieces) => pieces.join(""));
}

function joined(piece: fc.Arbitrary<string>, by: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(piece, { minLength, maxLength }).map((pieces) => pieces.join(by));
}

function optional(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant(""),
    piece.map((text) => `-${text}`),
  );
}

function identifier(): fc.Arbitrary<string> {
  return fc.oneof(number, fc.constantFrom("a", "A", "-", "rc", "rc1", "0a", "alpha", "alpha-1"));
}

function build(): fc.Arbitrary<string> {
  return fc.constantFrom("", "", "+1", "+001.a");
}
