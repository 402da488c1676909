import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Baseline } from "../../provider/core/baseline.ts";
import { Lookout } from "../../provider/drivers/libvirt/lookout.ts";
import { readLevel } from "../../provider/drivers/libvirt/packages/reading.ts";
import { readPreflight } from "../../provider/drivers/libvirt/preflight.ts";
import { reachOf } from "../../provider/drivers/libvirt/reach.ts";
import { HostsRecord } from "../../provider/drivers/libvirt/record-store.ts";
import { download } from "../../provider/drivers/libvirt/remediate/package-run.ts";
import { patch } from "../../provider/drivers/libvirt/remediate/patch.ts";
import { reboot } from "../../provider/drivers/libvirt/remediate/reboot.ts";
import { foresee, rollback, secure, wayBack } from "../../provider/drivers/libvirt/remediate/way-back.ts";
import { Site } from "../../provider/drivers/libvirt/site.ts";
import type { Shells } from "../../provider/drivers/libvirt/ssh/shell.ts";
import { openShells } from "../../provider/drivers/libvirt/ssh/shells.ts";
import { timers } from "../../provider/drivers/libvirt/timers.ts";
import { fleetClock } from "../../provider/engine/clock.ts";
import type { ActContext } from "../../provider/engine/ports.ts";
import { Lab } from "./support/lab.ts";
import { targetOf } from "./support/target.ts";
import { until } from "./support/until.ts";

/** Levels, package runs and reboots on a real host, as the ordinary user who patches. */
const lab = new Lab();
const h1 = lab.host(1);
const clock = fleetClock();
const both: Baseline = { packages: { "fleet-agent": "1.1.0", "linux-image-lab": "6.1.101-1" } };
const opened: Shells[] = [];
let site: Site;

beforeEach(async () => {
  await lab.up(1);
  await h1.sh("echo '1 7 tester' >/var/lib/rolling-patch/record");
  site = openSite();
});
afterEach(() => {
  for (const shells of opened.splice(0)) shells.close();
});
afterAll(() => lab.clear());

function openSite(): Site {
  const target = targetOf(lab, 1);
  const { hosts, settings } = reachOf(target, ".");
  const shells = openShells(hosts, settings);
  opened.push(shells);
  const lookout = new Lookout(target, shells, clock);
  return new Site({ target, shells, clock, lookout, record: new HostsRecord(shells, ["h1"]) });
}

const said: string[] = [];
const logs: string[] = [];
const within = (signal = new AbortController().signal): ActContext => ({
  token: 7,
  signal,
  deadline: clock.now() + 120_000,
  progress: (_done, words) => void said.push(words),
  keepLog: (_tool, text) => void logs.push(text),
});
const read = (baseline: Baseline) => readLevel(site.shells.shell("h1"), "h1", baseline);
const packages = (declared: Record<string, string>): Baseline => ({ packages: declared });

describe("a level", () => {
  test("is read without changing anything of apt's or dpkg's", async () => {
    const state = "find /var/lib/apt /var/cache/apt /var/lib/dpkg -newer /tmp/before";
    await h1.sh("touch /tmp/before");
    expect(await read(packages({ "fleet-agent": ">= 1.1, < 1.2", "slow-agent": "1.0.0" }))).toMatchObject({
      level: "fleet-agent=1.0.0 slow-agent=1.0.0",
      wanted: "fleet-agent=1.1.0 slow-agent=1.0.0",
      evidence: "fleet-agent=1.0.0 slow-agent=1.0.0",
      finding: { compliance: "drifted" },
      rebootPending: false,
    });
    expect(await h1.sh(state)).toBe("");
  });

  test("of programs is not proven when their files are others", async () => {
    await h1.sh("echo mine >/usr/share/fleet-agent/version");
    const { finding, level, wanted, evidence } = await read(packages({ "fleet-agent": "1.0.0" }));
    expect(level).toBe(wanted);
    expect(evidence).toBe("fleet-agent=1.0.0(/usr/share/fleet-agent/version-differs)");
    expect(finding?.compliance).toBe("drifted");
  });

  test("that no repository has, or that is held, is blocked", async () => {
    expect((await read(packages({ "fleet-agent": "9.0" }))).finding).toMatchObject({
      compliance: "blocked",
      reason: expect.stringMatching(/fleet-agent 9\.0 .*1\.2\.0/),
    });
    await h1.sh("apt-mark hold fleet-agent");
    expect((await read(packages({ "fleet-agent": "1.1.0" }))).finding?.reason).toMatch(/held/);
  });

  test("is ahead, which only `allowDowngrade` changes", async () => {
    (await h1.install("fleet-agent=1.1.0")).ok();
    const declared = packages({ "fleet-agent": "1.0.0" });
    expect((await read(declared)).finding?.compliance).toBe("ahead");
    await patch(site, "h1", { ...declared, allowDowngrade: true }, within());
    expect(await h1.package("fleet-agent")).toBe("ii 1.0.0");
  });
});

describe("a patch", () => {
  test("is staged, installed, booted once and proven; again it does nothing; and there is a way back", async () => {
    const boots = h1.boots();
    const { install } = await read(both);
    expect(await foresee(site, "h1", both)).toBeUndefined();
    await download(site, "h1", { install, baseline: both }, within());
    await secure(site, "h1", within());
    expect(await h1.package("fleet-agent")).toBe("ii 1.0.0");
    logs.length = 0;
    expect(await patch(site, "h1", both, within())).toBe(true);
    expect(logs.join("")).toMatch(/Setting up fleet-agent \(1\.1\.0\)/);
    expect(await patch(site, "h1", both, within())).toBe(false);
    const after = await read(both);
    expect([after.level, after.evidence]).toEqual([after.wanted, after.wanted]);
    expect(after).toMatchObject({ rebootPending: false });
    expect(after.finding).toBeUndefined();
    expect(h1.boots()).toBe(boots + 1);
    expect(await wayBack(site, "h1")).toMatchObject({ kernel: "6.1.100-lab", missing: undefined });
    await rollback(site, "h1", within());
    await rollback(site, "h1", within());
    expect(await h1.package("fleet-agent")).toBe("ii 1.0.0");
    expect(await h1.package("linux-image-lab")).toBe("ii 6.1.100-1");
    expect(await h1.kernel()).toBe("6.1.100-lab");
    expect(h1.boots()).toBe(boots + 2);
    await h1.sh("rm /var/lib/rolling-patch/archives/*");
    await expect(secure(site, "h1", within())).rejects.toMatchObject({
      kind: "denied",
      message: expect.stringMatching(/fleet-agent 1\.0\.0/),
    });
    await h1.sh(`cp -r /srv/repository /srv/newer && cd /srv/newer
      awk -v RS= -v ORS='\\n\\n' '!/Version: (1.0.0|6.1.100-1)\\n/' /srv/repository/Packages >Packages
      sed -i s,/srv/repository,/srv/newer, /etc/apt/sources.list.d/lab.list && apt-get update -qq`);
    expect(await foresee(site, "h1", both)).toMatch(/archives cannot be had any more: .*fleet-agent 1\.0\.0/);
    await patch(site, "h1", both, within());
    await expect(rollback(site, "h1", within())).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringMatching(/archives/),
    });
  });

  test("that is broken fails with dpkg's words, and the next one mends it", async () => {
    await expect(patch(site, "h1", packages({ "fleet-agent": "1.2.0" }), within())).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringMatching(/fleet-agent/),
    });
    const mended: Baseline = { ...packages({ "fleet-agent": "1.1.0" }), allowDowngrade: true };
    expect((await read(mended)).problem).toMatch(/fleet-agent \(iF\)/);
    await patch(site, "h1", mended, within());
    expect(await h1.package("fleet-agent")).toBe("ii 1.1.0");
    expect((await read(mended)).problem).toBeUndefined();
  });

  test("outlives its caller, and the next one waits for it instead of starting another", async () => {
    await h1.sh("echo 8 >/etc/slow-agent.seconds");
    const slow = packages({ "slow-agent": "1.1.0" });
    const stop = new AbortController();
    const first = patch(site, "h1", slow, within(stop.signal)).catch((error) => error);
    await until("it is under way", async () => (await h1.attempt("pgrep -x sleep")).code === 0);
    stop.abort();
    expect(await first).toMatchObject({ kind: "cancelled" });
    site = openSite();
    await patch(site, "h1", slow, within());
    expect(await h1.package("slow-agent")).toBe("ii 1.1.0");
    expect(await h1.sh("grep -c 'Setting up slow-agent' /var/lib/rolling-patch/packages.log")).toBe("1");
  });

  test("takes everything to a pinned repository", async () => {
    const pinned: Baseline = { distribution: "[trusted=yes] file:/srv/pinned ./" };
    await h1.sh(
      "mkdir /srv/pinned && cp /srv/repository/*agent_1.1.0.deb /srv/pinned && cd /srv/pinned && cp /srv/repository/Packages all && awk -v RS= -v ORS='\\n\\n' '/agent/ && /Version: 1.1.0/' all >Packages && rm all",
    );
    expect(await read(pinned)).toMatchObject({
      level: "distribution=behind(fleet-agent,slow-agent)",
      finding: { compliance: "drifted" },
    });
    await download(site, "h1", { install: [], baseline: pinned }, within());
    await patch(site, "h1", pinned, within());
    expect(await h1.package("fleet-agent")).toBe("ii 1.1.0");
    const after = await read(pinned);
    expect(after).toMatchObject({ level: "distribution=[trusted=yes],file:/srv/pinned,./" });
    expect(after.finding).toBeUndefined();
  });

  test("is refused under another token", async () => {
    await expect(patch(site, "h1", both, { ...within(), token: 6 })).rejects.toMatchObject({ kind: "conflict" });
    expect(await h1.package("fleet-agent")).toBe("ii 1.0.0");
  });
});

describe("a reboot after which a host does not come back", () => {
  test.for([
    ["does not boot", "noboot", /has not come back.*(does not answer|cannot be reached)/i],
    ["has no SSH server", "nosshd", /has not come back.*refuse/i],
  ] as const)("fails at its deadline with what is seen of it: it %s", async ([, fault, seen]) => {
    await h1[fault]();
    const context = { ...within(), deadline: clock.now() + 25_000 };
    await expect(patch(site, "h1", both, context)).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringMatching(seen),
    });
  });
});

test("timers that patch by themselves are stopped and masked, through a boot as well, and those that ran are started again", async () => {
  const actors = timers(site);
  const active = () => h1.sh("systemctl is-active apt-daily.timer apt-daily-upgrade.timer || true");
  const enabled = () => h1.sh("systemctl is-enabled apt-daily.timer apt-daily-upgrade.timer || true");
  await h1.sh("systemctl stop apt-daily-upgrade.timer");
  const former = await actors.read();
  expect(former).toEqual({ h1: ["apt-daily.timer"] });
  for (let i = 0; i < 2; i++) await actors.quiet(within());
  expect(await active()).toBe("inactive\ninactive");
  expect(await enabled()).toBe("masked-runtime\nenabled");

  await reboot(site, "h1", within());
  // What was off and comes back with the boot is put aside as well.
  expect(await active()).toBe("inactive\ninactive");
  expect(await enabled()).toBe("masked-runtime\nmasked-runtime");

  // A boot of its own brings them back, until it is patched.
  await h1.reboot();
  expect(await active()).toBe("active\nactive");
  await actors.quiet(within());
  for (let i = 0; i < 2; i++) await actors.restore(former, within());
  expect(await active()).toBe("active\ninactive");
  expect(await enabled()).toBe("enabled\nenabled");
  expect(await h1.sh("find /etc/systemd/system /run/systemd/system -lname /dev/null -name 'apt-*'")).toBe("");
});

test("a service that fails with the boot of ours is named, one that had failed before is not", async () => {
  const failing = (
    name: string,
  ) => `printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/${name}.service
    systemctl daemon-reload`;
  await h1.sh(`${failing("old")}; systemctl start old || true; ${failing("new")}; systemctl enable -q old new`);
  await h1.sh("touch /var/lib/rolling-patch/cordon");
  await reboot(site, "h1", within());
  const [host] = (await site.lookout.observe(packages({ "fleet-agent": "1.0.0" }))).hosts;
  expect(host?.problem).toBe("services have failed since its boot: new.service");
});

test("a download that waits for a lock says whose", async () => {
  await h1.sh("echo 600 >/etc/slow-agent.seconds");
  const holder = h1.start("apt-get update -q && apt-get install -y slow-agent=1.1.0", 300);
  await holder.said(/Setting up slow-agent/);
  said.length = 0;
  const { install } = await read(both);
  const staged = download(site, "h1", { install, baseline: both }, within());
  await until("it says so", async () => said.some((words) => /waits for a lock: .*is held by apt-get/.test(words)));
  await h1.sh("echo 0 >/etc/slow-agent.seconds; pkill -x sleep");
  await Promise.all([holder.ended, staged]);
});

test("a preflight finds nothing on a host that is well, and the manager of one that is another's", async () => {
  const preflight = () => readPreflight(site.shells.shell("h1"), "h1");
  expect(await preflight()).toEqual({ warnings: [] });
  await h1.sh("systemd-run --unit=vdsmd --quiet sleep 600");
  expect((await preflight()).blocked).toMatch(/vdsm/);
});
