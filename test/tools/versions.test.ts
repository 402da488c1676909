import { expect, test } from "vitest";
import { atLeast, bareVersion, parseVersion } from "../../tools/setup/versions.mjs";

test.each([
  ["v24.21.0", [24, 21, 0]],
  ["go version go1.26.8 linux/amd64", [1, 26, 8]],
  ["v3.259.0-dev.0+dirty", [3, 259, 0]],
  ["go1.26", [1, 26, 0]],
  ["none", undefined],
])("parseVersion(%j)", (text, expected) => {
  expect(parseVersion(text)).toEqual(expected);
});

test.each([
  ["22.13.0", "22.13.0", true],
  ["22.12.9", "22.13.0", false],
  ["22.9.0", "22.13.0", false],
  ["24.0.0", "22.13.0", true],
  ["v3.1000.0", "3.216.0", true],
  ["go version go1.25.9 linux/amd64", "1.25.11", false],
  ["nonsense", "1.0.0", false],
])("%s is at least %s: %s", (text, least, expected) => {
  expect(atLeast(text, least)).toBe(expected);
});

test("bareVersion leaves prefix and suffix out", () => {
  expect(bareVersion("v3.259.0-alpha.1\n")).toBe("3.259.0");
  expect(bareVersion("")).toBeUndefined();
});
