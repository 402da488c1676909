import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kill } from "../e2e/support/processes.ts";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { Roll } from "./support/roll.ts";

/**
 * One roll whose controllers die again and again: after so many lines that tell of an act, every process of Pulumi and of ours is
 * killed at once, as when a CI runner goes. Each time another machine goes on, which has the program and the state of the stack.
 */
const seed = 20_260_117;
const deaths = process.env.ROLLING_PATCH_FULL === "1" ? 20 : 5;
const lines = fc.sample(fc.noBias(fc.integer({ min: 1, max: 5 })), { seed, numRuns: deaths });

const lab = new Lab();
const hosts = [lab.host(1), lab.host(2), lab.host(3)];
beforeAll(() => lab.up(3));
afterAll(() => lab.clear());

test(`kill -9 of everything, ${deaths} times in one roll (seed ${seed}), and no guest notices`, {
  timeout: 1_800_000,
}, async () => {
  const roll = await Roll.prepare(lab, hosts, { guests: [1, 1, 1] });
  const probes = await Probes.start(roll.guests);
  let controller = roll.project;
  for (const count of lines) {
    const up = roll.startUp(controller);
    const acts = new RegExp(`(?:^.* h\\d \\d/3 (?!installing|rebooting|looking).*\\n(?:@.*\\n)?){${count}}`, "m");
    const isOver = await Promise.race([up.said(acts, 300).then(() => false), up.ended.then(() => true)]);
    if (isOver) break;
    for (const { pid } of controller.processes()) kill(pid, "SIGKILL");
    await up.ended;
    controller = await roll.project.elsewhere();
    await controller.unlock();
  }
  await roll.up(controller);
  await roll.expectDone();
  expect(roll.boots()).toEqual([1, 1, 1]);
  expect(breaches(await probes.stop())).toEqual([]);
});
