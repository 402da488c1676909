import { describe, expect, test } from "vitest";
import { type Machine, obstacles } from "../../tools/lab/obstacles.mjs";

const able: Machine = {
  platform: "linux",
  arch: "x64",
  user: 0,
  hasCommand: () => true,
  exists: () => true,
  read: () => "nodev\tcgroup2\n\text4\nnodev\toverlay\n",
};

describe("what stands in the way of a lab", () => {
  test("is nothing on a machine that has all", () => expect(obstacles(able)).toEqual([]));

  test.for<[string, Partial<Machine>, RegExp]>([
    ["another system", { platform: "darwin" }, /darwin/],
    ["another processor", { arch: "arm64" }, /arm64/],
    ["an ordinary user", { user: 1000 }, /\broot\b/],
    ["another distribution", { hasCommand: () => false }, /apt-get/],
    ["no tun", { exists: (path) => path !== "/dev/net/tun" }, /tun/],
    ["no time namespaces", { exists: (path) => path !== "/proc/self/ns/time" }, /uptime/],
    ["old control groups", { read: () => "nodev\tcgroup\nnodev\toverlay\n" }, /version 2/],
    ["no overlays", { read: () => "nodev\tcgroup2\n" }, /overlay/],
  ])("is told: %s", ([, machine, words]) => {
    const told = obstacles({ ...able, ...machine });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(words);
  });
});
