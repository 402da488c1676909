import { afterAll, beforeAll } from "vitest";
import { openLibvirt } from "../../provider/drivers/libvirt/index.ts";
import type { Driver } from "../../provider/engine/ports.ts";
import { type Bench, conformance } from "../drivers/conformance.ts";
import type { Host } from "./support/host.ts";
import { Lab } from "./support/lab.ts";
import { targetOf } from "./support/target.ts";

/** What every driver must do, on real hosts with real migrations. */
const lab = new Lab();
const hosts = [1, 2, 3].map((number) => lab.host(number));

beforeAll(async () => {
  await lab.up(hosts.length);
  for (const [index, host] of hosts.entries()) await host.startGuest(lab.guest(index + 1));
});
afterAll(() => lab.clear());

conformance("libvirt on real hosts", setUp);

/** As after a boot: guests at home, packages as built, nothing of ours there. */
async function setUp(): Promise<Bench> {
  const away = await Promise.all(
    hosts.map(async (host, index) => (await host.sh(`${CLEAN}\n${isHome(`g${index + 1}`)}`)).endsWith("away")),
  );
  for (const [index, host] of hosts.entries()) if (away[index] === true) await bringHome(`g${index + 1}`, host);
  // Slow enough to be looked at.
  const target = targetOf(lab, hosts.length, { reboot: "always", migration: { transport: "tcp", bandwidth: 16 } });
  const open: Driver[] = [];
  const another = (): Driver => {
    const driver = openLibvirt(target, ".");
    open.push(driver);
    return driver;
  };
  const driver = another();
  return {
    driver,
    baseline: { packages: { "fleet-agent": "1.1.0" } },
    standing: ({ level }) => ({ packages: { "fleet-agent": level.replace("fleet-agent=", "") } }),
    nonsense: { baseline: { packages: { "fleet-agent": "a:b:c" } }, said: /baseline\.packages\["fleet-agent"\]/ },
    pace: 100,
    tooShort: 1500,
    // Their only process does not listen to the power button.
    canStop: false,
    another,
    run: (work) => work,
    pass: (ms) => driver.clock.sleep(ms),
    operatorTakes: async (host) => void (await lab.host(host).sh("touch /var/lib/rolling-patch/hold")),
    operatorGives: async (host) => void (await lab.host(host).sh("rm /var/lib/rolling-patch/hold")),
    blocks: async (host) => {
      await lab.host(host).sh("apt-mark hold fleet-agent");
      return "fleet-agent is held on it";
    },
    close: () => {
      for (const one of open) one.close();
    },
  };
}

const CLEAN = `
! dpkg --get-selections fleet-agent | grep -q hold || apt-mark unhold fleet-agent >/dev/null
cd /var/lib/rolling-patch && rm -rf record mark cordon hold before back.boot archives; cd /
dpkg-query -W -f '\${Version}' fleet-agent | grep -qx 1.0.0 ||
  apt-get install -y -qq --allow-downgrades fleet-agent=1.0.0 >/dev/null 2>&1 || dpkg -i --force-downgrade /srv/repo/fleet-agent_1.0.0.deb
systemctl start apt-daily.timer apt-daily-upgrade.timer
`;

/** Says `away` of a guest that is not at home, once nothing moves from there any more. */
const isHome = (guest: string): string => `while pgrep -x virsh >/dev/null; do sleep 0.1; done
virsh list --name --state-running | grep -qx ${guest} || echo away`;

/** A guest that a test has left elsewhere moves home; one that is on its way arrives first. */
async function bringHome(guest: string, home: Host): Promise<void> {
  for (const host of hosts) {
    const moved = await host.attempt(
      `while pgrep -x virsh >/dev/null; do sleep 0.2; done
       virsh list --name --state-running | grep -qx ${guest} || exit 1
       ${host.id === home.id ? "exit 0" : `virsh migrate --live --p2p --persistent --undefinesource ${guest} qemu+tcp://${home.id}/system`}`,
    );
    if (moved.code === 0) return;
  }
  throw new Error(`${guest} runs nowhere`);
}
