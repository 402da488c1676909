import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askedOfCeph, installCeph } from "./support/ceph.ts";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { Roll } from "./support/roll.ts";

/** Whole rolls through the real Pulumi engine over real hosts, watched from outside. */
const lab = new Lab();
const hosts = [1, 2, 3].map((number) => lab.host(number));
beforeEach(() => lab.up(3));
afterEach(() => lab.clear());

describe("a roll over three hosts", () => {
  test.for([2, 4])(
    "with %i guests each takes every host to the level with one reboot each, and no guest notices",
    async (each) => {
      const room = { cpuOvercommit: 16 };
      await installCeph(hosts);
      const checks = [
        { kind: "ceph", name: "storage" },
        {
          kind: "command",
          name: "kernel",
          command: ["test", "-e", "/boot/vmlinuz-6.1.101-lab"],
          on: "host",
          at: ["verify"],
        },
      ];
      const roll = await Roll.prepare(lab, hosts, { guests: hosts.map(() => each), target: room, checks });
      const probes = await Probes.start(roll.guests);
      const preview = await roll.project.preview();
      expect(preview.output).toMatch(/3 of 3 hosts to be taken to/);
      expect(roll.boots()).toEqual([0, 0, 0]);
      await roll.up();
      expect(breaches(await probes.stop())).toEqual([]);
      await roll.expectDone();
      expect(roll.boots()).toEqual([1, 1, 1]);
      expect(roll.project.saved().outputs).toMatchObject({ run: { outcome: "done" } });
      await roll.project.preview("--expect-no-changes");
      await expectCephWasAsked();
    },
  );
});

/** Of every host before its drain and with its load back, with noout set meanwhile and restored. */
async function expectCephWasAsked(): Promise<void> {
  const asked = await askedOfCeph(lab.host(1));
  const gates = asked.filter((line) => /status|ok-to-stop/.test(line));
  for (const [index, { id }] of hosts.entries()) {
    const own = gates.filter((line) => line.startsWith(`${id} `));
    expect(own).toEqual([`${id} status --format json`, `${id} osd ok-to-stop ${index}`, `${id} status --format json`]);
  }
  const words = asked.map((line) => line.replace(/^h\d /, ""));
  expect(words.indexOf("osd set noout")).toBeLessThan(words.indexOf("status --format json"));
  expect(words.indexOf("osd set noout")).toBeGreaterThan(words.indexOf("osd dump --format json"));
  expect(words.at(-1)).toBe("osd unset noout");
}
