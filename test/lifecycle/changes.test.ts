import { describe, expect, test } from "vitest";
import { changesOf, propertyPath } from "../../provider/lifecycle/changes.ts";
import { UNKNOWN } from "../../provider/lifecycle/unknown.ts";

const hosts = { "esx-01": "8.0.1", "esx-02": "8.0.3" };

describe("what differs", () => {
  test("is told host by host: another level, a new host, one that has left", () => {
    const now = { "esx-01": "8.0.3", "esx-03": "8.0.3" };
    expect(changesOf({ hosts }, { hosts: now }, false)).toEqual([
      { path: 'hosts["esx-01"]', kind: "update", replaces: false },
      { path: 'hosts["esx-02"]', kind: "delete", replaces: false },
      { path: 'hosts["esx-03"]', kind: "add", replaces: false },
    ]);
  });

  test("is told down to the declared property; a list is one change", () => {
    const olds = { policy: { retries: 1, canary: 1 }, checks: [{ name: "a" }], hosts };
    const news = { policy: { retries: 2, canary: 1 }, checks: [{ name: "b" }, { name: "a" }], hosts, probes: [] };
    expect(changesOf(olds, news, false).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "update policy.retries",
      "update checks",
      "add probes",
    ]);
  });

  test("replaces where it is the target, and only then", () => {
    const olds = { target: { kind: "simulated", file: "a" }, baseline: { version: "1" } };
    const news = { target: { kind: "simulated", file: "b" }, baseline: { version: "2" } };
    expect(changesOf(olds, news, true).map(({ path, replaces }) => [path, replaces])).toEqual([
      ["target.file", true],
      ["baseline.version", false],
    ]);
    expect(changesOf(olds, news, false).every(({ replaces }) => !replaces)).toBe(true);
  });

  test("is nothing that is not known yet, the text of a provider, or an output", () => {
    const olds = { hosts, __provider: "a", compliance: { drifted: 1 }, plan: undefined };
    expect(changesOf(olds, { hosts: UNKNOWN, __provider: "b" }, false)).toEqual([]);
    expect(changesOf(olds, { hosts, plan: { hosts: 1 } }, false)).toEqual([
      { path: "plan", kind: "add", replaces: false },
    ]);
  });
});

test("paths are written as Pulumi reads them", () => {
  expect(propertyPath(["policy", "maxUnavailable"])).toBe("policy.maxUnavailable");
  expect(propertyPath(["checks", 0, "url"])).toBe("checks[0].url");
  expect(propertyPath(["hosts", "a"])).toBe('hosts["a"]');
  expect(propertyPath(["baseline", "packages", "qemu-system-x86"])).toBe('baseline.packages["qemu-system-x86"]');
  expect(propertyPath(["hosts", 'a"b'])).toBe('hosts["a\\"b"]');
});
