import { describe, expect, test } from "vitest";
import { readJUnit } from "../../provider/probes/junit.ts";

describe("JUnit XML", () => {
  test("Surefire: one suite, failures and errors by class and name, skipped ones left out", () => {
    expect(
      readJUnit(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="shop.CartTest" tests="4" failures="1" errors="1" skipped="1">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="addsAnItem" classname="shop.CartTest" time="0.01"><failure message="expected 1 &lt; 2" type="AssertionError">at …</failure></testcase>
  <testcase name="isEmpty" classname="shop.CartTest"><error message="boom"/></testcase>
  <testcase name="later" classname="shop.CartTest"><skipped/></testcase>
  <testcase name="works" classname="shop.CartTest"/>
</testsuite>`),
    ).toEqual({ failing: ["shop.CartTest addsAnItem", "shop.CartTest isEmpty"], tests: 4 });
  });

  test("pytest and Jest: suites in <testsuites>, names with quotes and entities", () => {
    expect(
      readJUnit(`<testsuites><testsuite name="pytest" errors="0" failures="1"><testcase classname="tests.test_cart" name="test_add[&quot;a&quot;]">
        <failure message="assert">x</failure></testcase></testsuite><testsuite name="other"><testcase name="other works"/></testsuite></testsuites>`),
    ).toEqual({ failing: ['tests.test_cart test_add["a"]'], tests: 2 });
  });

  test("suites within suites, and one that could not be set up", () => {
    expect(
      readJUnit(`<testsuites><testsuite name="outer"><testsuite name="inner"><testcase name="a"><failure/></testcase></testsuite></testsuite>
        <testsuite name="db" errors="1" tests="0"/></testsuites>`),
    ).toEqual({ failing: ["inner a", "db as a whole"], tests: 1 });
  });

  test.each([
    ["<testsuite name='a'><testcase></testsuite>", /^line 1: /],
    ["", /^line 1: /],
    ["not xml at all", /^line 1: /],
    ["<html><body>502 Bad Gateway</body></html>", /^it holds no <testsuite>$/],
    ['<testsuite name="cut off"><testcase name="a"', /^line 1: /],
  ])("broken: %s", (xml, expected) => {
    const report = readJUnit(xml);
    expect("problem" in report ? report.problem : "").toMatch(expected);
  });

  test("a document that expands entities into each other ends, and is no report", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 30 }, (_, n) => `<!ENTITY a${n} "${`&a${n - 1 < 0 ? "" : n - 1};`.repeat(10)}">`).join("")}]><testsuite><testcase name="&a29;"><failure/></testcase></testsuite>`;
    expect(JSON.stringify(readJUnit(bomb)).length).toBeLessThan(10_000);
  });
});
