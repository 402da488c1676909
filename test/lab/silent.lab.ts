import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { Roll } from "./support/roll.ts";

/** One roll over real hosts that fall silent on the way, each in its own manner: each is told for what it is, and no guest notices. */
const lab = new Lab();
const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)];
beforeAll(() => lab.up(3));
afterAll(() => lab.clear());

/** A guest takes some ten seconds to move, so that the cable is out in the middle. */
const target = { migration: { transport: "tcp", bandwidth: 3 } };
const order = [
  { host: "h2", after: ["h1"] },
  { host: "h3", after: ["h1", "h2"] },
];
const policy = { canary: 0, retries: 2, order, deadlines: { drain: "3m", patch: "1m", boot: "30s" } };

test("a cable is out while a guest moves, a host is back with another key, and one is frozen for a while", async () => {
  const roll = await Roll.prepare(lab, [h1, h2, h3], { guests: [1, 0, 0], target, policy });
  const guest = lab.guest(1);
  const probes = await Probes.start([guest]);

  const first = roll.startUp();
  await first.during(h1.isSending(guest));
  const to = lab.host(await h1.sh("cat /var/lib/rolling-patch/jobs/*.to"));
  await to.cut();
  await first.said(/g1 did not move from h1|g1 runs neither|does not answer|Trying again|no plan/, 120);
  expect(await h1.running()).toEqual(["g1"]);
  await to.join();
  // Its connection stays until it boots.
  await h1.rekey();
  let ended = await first.ended;
  // A cable that was out long enough ends the roll for now: the world was in the way.
  if (!/until a person decides/.test(ended.output)) ended = await roll.upFails();
  expect(ended.output).toMatch(/halted until a person decides: h1 failed to remediate: h1 has not come back/);
  expect(ended.output).toMatch(/HOST\s+KEY/);
  expect(roll.boots()[0]).toBeGreaterThanOrEqual(1);
  expect(roll.boots().slice(1)).toEqual([0, 0]);
  await roll.expectNoGuestLost();

  await lab.learnHostKeys();
  roll.declare({ target, policy: { ...policy, acknowledge: Roll.toAcknowledge(ended) } });
  const second = roll.startUp();
  await second.said(/h2 \d\/\d (staging|cordoned)/, 300);
  await h3.freeze();
  // Longer than a connection lives without an answer.
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  await h3.thaw();
  const last = await second.ended;
  if (last.code !== 0) {
    expect(last.output).not.toMatch(/until a person decides/);
    await roll.up();
  }
  await roll.expectDone();
  expect(roll.boots().slice(1)).toEqual([1, 1]);
  expect(breaches(await probes.stop())).toEqual([]);
});
