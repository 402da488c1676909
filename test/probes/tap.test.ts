import { expect, test } from "vitest";
import { TapReader } from "../../provider/probes/tap.ts";

function read(...chunks: string[]) {
  const reader = new TapReader();
  for (const chunk of chunks) reader.heard(Buffer.from(chunk));
  return reader.end();
}

test("names what fails; to-do and skipped tests have not failed; chunks may end anywhere", () => {
  expect(
    read(
      "TAP version 13\n1..5\nok 1 - a\nnot o",
      "k 2 - adds an item\n",
      "not ok 3 - b # TO" + "DO later\nok 4 # SKIP\nnot ok 5\n",
    ),
  ).toEqual({ failing: ["adds an item", "test 5"], tests: 5 });
});

test("subtests are named instead of the test that holds them", () => {
  const text = `TAP version 14
# Subtest: cart
    ok 1 - is empty
    not ok 2 - adds an item
    1..2
not ok 1 - cart
ok 2 - other
1..2
`;
  expect(read(text)).toEqual({ failing: ["cart › adds an item"], tests: 4 });
});

test.each([
  ["1..5\nok 1\nok 2\n", /incorrect number of tests|test/],
  ["", /holds no tests/],
  ["Segmentation fault\n", /holds no tests/],
  ["1..2\nok 1\nBail out! database is down\n", /bail out: database is down/i],
])("broken: %j", (text, expected) => {
  const report = read(text);
  expect("problem" in report ? report.problem : JSON.stringify(report)).toMatch(expected);
});

test("a plan of nothing is a report", () => {
  expect(read("1..0 # SKIP nothing to do\n")).toEqual({ failing: [], tests: 0 });
});
