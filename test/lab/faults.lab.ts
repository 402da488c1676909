import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { until } from "./support/until.ts";

/**
 * What real hosts and libvirt do when they are hurt. The driver is built on these answers: when a new libvirt gives others,
 * this says so before a roll does.
 */
const lab = new Lab();
const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)];
const guest = lab.guest(1);
/** Slow enough that a fault strikes in the middle: some ten seconds for a guest that has touched little memory. */
const slow = { more: "--bandwidth 3" };

afterAll(() => lab.clear());

describe("in the middle of a migration", () => {
  beforeEach(async () => {
    await lab.up(2);
    await h1.startGuest(guest);
  });

  test.for(["crash", "cut"] as const)("the target is lost (%s): the guest notices nothing and stays", async (fault) => {
    const probes = await Probes.start([guest]);
    const migration = h1.startMigration(guest, h2, slow);
    await h1.isSending(guest);
    await h2[fault]();
    expect((await migration.ended).failed().output).toMatch(
      /client socket is closed|keepalive|End of file|Connection/i,
    );
    expect(await h1.running()).toEqual([guest.name]);
    expect(breaches(await probes.stop())).toEqual([]);
    await (fault === "crash" ? h2.on() : h2.join());
    await h2.answers();
    await until("nothing of the guest runs on the target", async () => (await h2.running()).length === 0);
  });

  test("the source is lost: the target drops what has arrived, and the guest is shut off where it was", async () => {
    const migration = h1.startMigration(guest, h2, slow);
    await h1.isSending(guest);
    await h1.cycle();
    await migration.ended;
    await h1.answers();
    await until("the target has dropped it", async () => (await h2.sh("virsh list --all --name")) === "", 90);
    expect(await h1.sh(`virsh domstate ${guest.name}`)).toBe("shut off");
  });

  test("libvirtd restarts on the source: whatever virsh says, the guest runs on one host", async () => {
    const probes = await Probes.start([guest]);
    const migration = h1.startMigration(guest, h2, slow);
    await h1.isSending(guest);
    await h1.sh("systemctl restart libvirtd");
    await migration.ended;
    await until("it runs on one host", async () => {
      return [...(await h1.running()), ...(await h2.running())].join() === guest.name;
    });
    expect(breaches(await probes.stop())).toEqual([]);
  });

  test("virsh is killed: the migration goes on and completes", async () => {
    const probes = await Probes.start([guest]);
    const migration = h1.startMigration(guest, h2, slow);
    await h1.isSending(guest);
    await h1.sh("pkill -KILL -x virsh");
    expect((await migration.ended).code).not.toBe(0);
    await until("it runs on the target", async () => (await h2.running()).includes(guest.name));
    expect(await h1.running()).toEqual([]);
    expect(breaches(await probes.stop())).toEqual([]);
  });

  test("the guest writes faster than it is copied: it never arrives, and aborting leaves it where it is", async () => {
    await guest.dirty(40_000, 16);
    const probes = await Probes.start([guest]);
    const migration = h1.startMigration(guest, h2, { more: "--bandwidth 3" });
    await until("it is copied for the third time", async () => {
      const { stdout } = await h1.attempt(`virsh domjobinfo ${guest.name}`);
      return Number(/^Iteration: +(\d+)/m.exec(stdout)?.[1] ?? 0) >= 3;
    });
    await h1.sh(`virsh domjobabort ${guest.name}`);
    expect((await migration.ended).failed().output).toMatch(/canceled by client/);
    expect(await h1.running()).toEqual([guest.name]);
    expect(breaches(await probes.stop())).toEqual([]);
  });

  test("libvirt is told to suspend the guest when it does not converge: it arrives, after a pause", async () => {
    await guest.dirty(40_000, 16);
    const probes = await Probes.start([guest]);
    const more = "--bandwidth 8 --timeout 6 --timeout-suspend";
    (await h1.migrate(guest, h2, { more })).ok();
    expect(await h2.running()).toEqual([guest.name]);
    const [seen] = Object.values(await probes.stop());
    expect(seen).toMatchObject({ boots: [expect.any(String)] });
    expect(seen?.tcpBroken).toBeUndefined();
  });
});

describe("a host", () => {
  // Each of them leaves its hosts as they were.
  beforeAll(() => lab.up(3));

  test("hangs: its port answers but SSH does not, and afterwards it goes on as if nothing had been", async () => {
    const bootId = await h1.bootId();
    await h1.freeze();
    const frozen = await h2.attempt(
      `ping -c 1 -W 2 ${h1.id} && timeout 4 bash -c 'exec 3<>/dev/tcp/${h1.id}/22 && read -r banner <&3'`,
    );
    expect(frozen).toMatchObject({ code: 124 });
    expect(frozen.output).toMatch(/1 received/);
    await h1.thaw();
    await h1.answers();
    expect(await h1.bootId()).toBe(bootId);
  });

  test("boots without SSH: port 22 is refused, libvirt's is open; it is mended by another boot", async () => {
    await h1.nosshd();
    await h1.cycle();
    await until("libvirt's port is open", async () => (await h2.attempt("exec 3<>/dev/tcp/h1/16509")).code === 0);
    expect((await h2.attempt("exec 3<>/dev/tcp/h1/22")).output).toMatch(/refused/);
    await h1.nosshd(false);
    await h1.cycle();
    await h1.answers();
  });

  test("does not boot, until it may", async () => {
    await h1.noboot();
    const [boots, bootId] = [h1.boots(), await h1.bootId()];
    await h1.attempt("systemctl reboot");
    await until("it is gone", async () => (await h2.attempt("ping -c 1 -W 1 h1")).code !== 0);
    expect(h1.boots()).toBe(boots);
    await h1.noboot(false);
    await h1.bootedSince(bootId);
    expect(h1.boots()).toBe(boots + 1);
  });

  test("and another do not see each other, while everybody else sees both", async () => {
    await lab.isolate(h1, h2);
    expect((await h1.attempt("ping -c 1 -W 1 h2")).code).not.toBe(0);
    expect((await h1.attempt("ping -c 1 -W 1 h3")).code).toBe(0);
    expect((await h3.attempt("ping -c 1 -W 1 h2")).code).toBe(0);
    await lab.unite(h1, h2);
    expect((await h1.attempt("ping -c 1 -W 1 h2")).code).toBe(0);
  });

  test("has a package manager that another process holds: apt fails at once, or waits as long as it is told to", async () => {
    const holder = h1.start(
      "echo 600 >/etc/slow-agent.seconds; apt-get update -q && apt-get install -y slow-agent=1.1.0",
    );
    await holder.said(/Setting up slow-agent/);
    expect((await h1.install("fleet-agent=1.1.0")).failed().output).toMatch(/Could not get lock/);
    const patient = h1.start("apt-get install -y -o DPkg::Lock::Timeout=60 fleet-agent=1.1.0");
    await patient.said(/Waiting for cache lock|Could not get lock/);
    await h1.sh("echo 0 >/etc/slow-agent.seconds; pkill -x sleep");
    (await patient.ended).ok();
    expect(await h1.package("fleet-agent")).toBe("ii 1.1.0");
  });

  test("has a slow network, or one that loses", async () => {
    // Who is asked for its hardware address only now may lose that question too.
    await h2.sh("ping -c 1 -W 5 h1");
    await h1.lose(50);
    const answered = /, (\d+) received/.exec(await h2.sh("ping -c 60 -i .02 -W 1 -q h1 || true"))?.[1];
    expect(Number(answered)).toBeGreaterThan(0);
    expect(Number(answered)).toBeLessThan(60);
    await h1.lose(0);
    await h1.shape("1mbit");
    const begun = performance.now();
    await h2.sh("head -c 500000 /dev/zero | ssh -o StrictHostKeyChecking=no root@h1 'cat >/dev/null'");
    expect(performance.now() - begun).toBeGreaterThan(2_000);
    await h1.shape("off");
  });
});
