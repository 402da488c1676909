import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";

/** What the lab promises: its hosts are hosts, its guests move alive, its packages do what they are for. */
const lab = new Lab();
const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)];
beforeAll(() => lab.up(3));
afterAll(() => lab.clear());

describe("hosts", () => {
  test("are systems of their own, and all is well on them", async () => {
    const hosts = [h1, h2, h3];
    for (const host of hosts) expect(await host.sh("systemctl is-system-running --wait")).toBe("running");
    const identity = "cat /etc/machine-id /proc/sys/kernel/random/boot_id /etc/ssh/ssh_host_ed25519_key.pub; hostname";
    const words = (await Promise.all(hosts.map((host) => host.sh(identity)))).flatMap((text) => text.split("\n"));
    expect(new Set(words).size).toBe(4 * hosts.length);
  });

  test("know a user who patches: ordinary, in the group libvirt, with some commands as root", async () => {
    expect((await lab.asRoller(h1, "virsh -c qemu:///system list && id -Gn")).ok().stdout).toMatch(/\blibvirt\b/);
    expect((await lab.asRoller(h1, "sudo -n apt-get --version && touch /var/lib/rolling-patch/x")).code).toBe(0);
    expect((await lab.asRoller(h1, "sudo -n cat /etc/shadow")).code).not.toBe(0);
  });

  test("have a key that is checked: another one is refused", async () => {
    await h3.rekey();
    expect((await lab.asRoller(h3, "true")).output).toMatch(/Host key verification failed/);
  });

  test("have timers that patch by themselves, enabled and waiting", async () => {
    const timers = "apt-daily.timer apt-daily-upgrade.timer";
    expect(await h1.sh(`systemctl is-enabled ${timers}; systemctl is-active ${timers}`)).toBe(
      "enabled\nenabled\nactive\nactive",
    );
  });
});

describe("guests", () => {
  test.for([
    { name: "without disk, over TCP", guest: 1, disk: "diskless", options: {} },
    { name: "without disk, over SSH", guest: 2, disk: "diskless", options: { over: "ssh" } },
    { name: "with a disk on the shared folder", guest: 3, disk: "shared", options: {} },
    { name: "with a local disk", guest: 4, disk: "local", options: { more: "--copy-storage-all" } },
  ] as const)("move alive $name", async ({ guest: number, disk, options }) => {
    const guest = lab.guest(number);
    await h1.startGuest(guest, disk);
    if (disk !== "diskless") await guest.store("kept");
    const probes = await Probes.start([guest]);
    (await h1.migrate(guest, h2, options)).ok();
    expect(await h1.running()).not.toContain(guest.name);
    expect(await h2.running()).toContain(guest.name);
    expect(breaches(await probes.stop())).toEqual([]);
    if (disk !== "diskless") expect(await guest.load()).toBe("kept");
  });
});

describe("patches", () => {
  test("a kernel is new after the reboot, which it asks for, and not before", async () => {
    (await h1.install("linux-image-lab=6.1.101-1")).ok();
    expect(await h1.sh("cat /run/reboot-required.pkgs")).toBe("linux-image-6.1.101-lab");
    expect(await h1.kernel()).toBe("6.1.100-lab");
    const boots = h1.boots();
    await h1.reboot();
    expect(h1.boots()).toBe(boots + 1);
    expect(await h1.kernel()).toBe("6.1.101-lab");
    expect(await h1.sh("dpkg -S /boot/vmlinuz-$(uname -r)")).toMatch(/^linux-image-6.1.101-lab:/);
    expect(await h1.attempt("test -e /run/reboot-required")).toMatchObject({ code: 1 });
  });

  test("one is broken, and an older version mends it", async () => {
    expect((await h1.install("fleet-agent=1.2.0")).code).toBe(100);
    expect(await h1.package("fleet-agent")).toBe("iF 1.2.0");
    (await h1.install("fleet-agent=1.1.0")).ok();
    expect(await h1.package("fleet-agent")).toBe("ii 1.1.0");
  });

  test("one takes its time", async () => {
    await h1.sh("echo 600 >/etc/slow-agent.seconds");
    const patch = h1.start("apt-get update -q && apt-get install -y slow-agent=1.1.0");
    await patch.said(/Setting up slow-agent/);
    expect(await h1.package("slow-agent")).toBe("iF 1.1.0");
    await h1.sh("echo 0 >/etc/slow-agent.seconds; pkill -x sleep || true");
    await patch.ended;
  });

  test("one lies: its version is there, its kernel is not, whatever one reboots", async () => {
    (await h2.install("linux-image-lab=6.1.102-1")).ok();
    await h2.reboot();
    expect(await h2.package("linux-image-lab")).toBe("ii 6.1.102-1");
    expect(await h2.kernel()).toBe("6.1.100-lab");
  });
});
