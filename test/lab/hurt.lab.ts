import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { Roll } from "./support/roll.ts";
import { until } from "./support/until.ts";

/** Rolls over real hosts that are hurt on the way: they stop before a guest is, and the next one finishes. */
const lab = new Lab();
const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)];
const hosts = [h1, h2, h3];
beforeEach(() => lab.up(3));
afterEach(() => lab.clear());

/** A guest takes some ten seconds to move, so that faults strike in the middle. */
const slowly = { migration: { transport: "tcp", bandwidth: 3 } };

test("the target loses power while a guest moves, a second controller, a lock of dpkg, a wrong clock", async () => {
  await h3.shiftClock("+1d");
  const roll = await Roll.prepare(lab, hosts, { guests: [1, 0, 0], target: slowly, policy: { canary: 0 } });
  const probes = await Probes.start(roll.guests);
  const first = roll.startUp();
  await first.during(h1.isSending(lab.guest(1)));
  const to = await h1.sh("cat /var/lib/rolling-patch/jobs/*.to");
  await lab.host(to).cycle();
  // It never left, and whatever the roll does about that, nobody has to decide anything.
  expect(await h1.running()).toEqual(["g1"]);
  const cut = await first.ended;
  expect(cut.output).not.toMatch(/until a person decides/);
  expect(cut.output).toMatch(/is halted: no plan for the rest:|error: update failed|to be taken to/);
  await lab.host(to).answers();
  await roll.expectNoGuestLost();

  await h1.sh("echo 600 >/etc/slow-agent.seconds");
  const holder = h1.start("apt-get update -q && apt-get install -y slow-agent=1.1.0", 300);
  await holder.said(/Setting up slow-agent/);
  const second = roll.startUp();
  await second.said(/h\d \d\/\d (staging|cordoned)/);
  const rival = await (await roll.rival()).start(["up", "--yes", "--skip-preview"], { deadline: 120 }).ended;
  expect(rival.failed().output).toMatch(/lease|rolls|e2e\/dev/);
  const waits = "pgrep -f 'apt-get .*Lock::Timeout=.* (--download-only|install)'";
  await second.during(until("apt waits for the lock", async () => (await h1.attempt(waits)).code === 0, 200));
  await h1.sh("echo 0 >/etc/slow-agent.seconds; pkill -x sleep || true");
  await holder.ended;
  (await second.ended).ok();
  await roll.expectDone();
  expect(breaches(await probes.stop())).toEqual([]);
});

test("a guest that writes faster than it is copied is called off in time; with leave to pause it, it moves", async () => {
  const target = { migration: { transport: "tcp", bandwidth: 8, converge: "none" } };
  const policy = { canary: 0, retries: 0, deadlines: { drain: "20s" } };
  const roll = await Roll.prepare(lab, [h1, h2], { guests: [1], target, policy });
  const guest = lab.guest(1);
  await guest.dirty(40_000, 16);
  const probes = await Probes.start([guest]);
  const stuck = await roll.upFails();
  expect(stuck.output).toMatch(/g1 had not moved from h1 to h2 by its deadline and was called off|deadline/);
  expect(await h1.running()).toEqual(["g1"]);
  expect(breaches(await probes.stop())).toEqual([]);

  const watched = await Probes.start([guest]);
  roll.declare({ target: { migration: { transport: "tcp", bandwidth: 8, converge: "suspend", patience: 3 } } });
  await roll.up();
  await roll.expectDone();
  // Paused for the rest of its memory, which takes some seconds at this rate: neither restarted nor cut off.
  expect(breaches(await watched.stop(), 15_000)).toEqual([]);
});

test("hosts lose power while they are patched, and while they are emptied: packages are mended, no guest runs twice", async () => {
  const packages = { "slow-agent": "1.1.0", "linux-image-lab": "6.1.101-1" };
  const options = { packages, target: slowly, policy: { canary: 0, retries: 3 } };
  const roll = await Roll.prepare(lab, [h1, h2], { ...options, guests: [0, 1] });
  const guest = lab.guest(1);
  const bootId = await guest.bootId();
  await h1.sh("echo 600 >/etc/slow-agent.seconds");
  const patching = roll.startUp();
  const isAt = async (state: string) => (await h1.package("slow-agent")).startsWith(state);
  await patching.during(until("its package is being set up", () => isAt("iF"), 120));
  await h1.sh("echo 0 >/etc/slow-agent.seconds");
  await h1.cycle();
  await patching.said(/h2 2\/2 (staging|cordoned)/, 200);
  expect(await h1.package("slow-agent")).toBe("ii 1.1.0");

  await patching.during(until("it moves", () => h2.isSending(guest).then(() => true), 120));
  await h2.cycle();
  await patching.ended;
  await h2.answers();
  // It died with its host: whoever operates it starts it again, and nobody else has.
  expect(await roll.places()).toEqual({ g1: [] });
  await until("it is defined once", async () => {
    const defined = await Promise.all([h1, h2].map((host) => host.sh("virsh list --all --name")));
    return defined.filter((names) => names.includes("g1")).length === 1;
  });
  await h2.sh("virsh start g1");
  expect(await guest.bootId()).not.toBe(bootId);
  roll.declare(options);
  await roll.up();
  expect(await Promise.all([h1, h2].map((host) => host.package("slow-agent")))).toEqual(["ii 1.1.0", "ii 1.1.0"]);
  await roll.expectNoGuestLost([h1, h2]);
});
