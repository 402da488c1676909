import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
      const roll = await Roll.prepare(lab, hosts, { guests: hosts.map(() => each), target: room });
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
    },
  );
});
