import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions } from "../../provider/core/version.ts";
import { versionPairs } from "./version-arbitraries.ts";

type Pair = readonly [string, string];

const tools = { deb: { name: "dpkg", ask: askDpkg }, rpm: { name: "rpm", ask: askRpm } } as const;

describe.each(["deb", "rpm"] as const)("%s against the real tool", (scheme) => {
  const { name, ask } = tools[scheme];
  // An epoch shows whether the tool is there and new enough to compare whole versions.
  const absent = attempt(() => ask([["1:1", "2"]]))?.[0] !== 1;
  if (absent)
    console.warn(`SKIPPED: no usable ${name} on this machine, so ${scheme} versions are not compared with it`);

  it.skipIf(absent)("the table of pairs says what the tool says", () => {
    const rows = readFileSync(new URL("./version-pairs.tsv", import.meta.url), "utf8")
      .split("\n")
      .map((line) => line.split("\t"))
      .filter(([of]) => of === scheme);
    const answers = ask(rows.map(([, a = "", , b = ""]) => [a, b]));
    expect(rows.map(([, a, relation, b]) => `${a} ${relation} ${b}`)).toEqual(
      rows.map(([, a, , b], i) => `${a} ${"<=>"[(answers[i] ?? NaN) + 1]} ${b}`),
    );
  });

  it.skipIf(absent)("200 random pairs compare as the tool says", () => {
    const seed = Number(process.env.VERSION_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const pairs = fc.sample(versionPairs(scheme), { seed, numRuns: 200 });
    const answers = ask(pairs);
    const wrong = pairs.filter(([a, b], i) => compareVersions(scheme, a, b) !== answers[i]);
    expect(wrong, `replay with VERSION_SEED=${seed}`).toEqual([]);
  });
});

/** One shell for all pairs; dpkg itself has no batch mode. */
function askDpkg(pairs: readonly Pair[]): number[] {
  const script = `command -v dpkg >/dev/null || exit 127
  while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" eq "$b"; then echo 0
    else echo 1; fi
  done`;
  return answersOf("sh", ["-c", script], pairs);
}

function askRpm(pairs: readonly Pair[]): number[] {
  const script = `%{lua:
    for line in io.lines() do
      local blank = line:find(" ", 1, true)
      print(rpm.vercmp(line:sub(1, blank - 1), line:sub(blank + 1)) .. "\\n")
    end}`;
  return answersOf("rpm", ["--eval", script], pairs);
}

function answersOf(command: string, args: string[], pairs: readonly Pair[]): number[] {
  const input = pairs.map(([a, b]) => `${a} ${b}\n`).join("");
  const output = execFileSync(command, args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  const answers = output.trim().split(/\s+/).map(Number);
  expect(answers).toHaveLength(pairs.length);
  return answers;
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
