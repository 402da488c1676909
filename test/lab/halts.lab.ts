import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { breaches, Probes } from "./support/probes.ts";
import { patched, Roll, unpatched } from "./support/roll.ts";

/** Rolls over real hosts that end early, each for the reason that it tells, and go on when that is mended. */
const lab = new Lab();
const [h1, h2] = [lab.host(1), lab.host(2)];
const hosts = [h1, h2];
beforeEach(() => lab.up(2));
afterEach(() => lab.clear());

test("patches that fail end a roll at the first host: no room, a broken package, a kernel that is not booted", async () => {
  const roll = await Roll.prepare(lab, hosts, { guests: [1, 1] });
  const probes = await Probes.start(roll.guests);
  await h1.sh("mount -t tmpfs -o size=16k none /boot");
  expect((await roll.project.preview()).output).toMatch(/1 blocked/);
  await h1.sh("umount /boot");

  const places = "/usr/share/fleet-agent";
  await h1.sh(`mount -t tmpfs -o size=4k none ${places} && head -c 4096 /dev/zero >${places}/full`);
  const full = await roll.upFails();
  expect(full.output).toMatch(/halted until a person decides: h1 failed to remediate:.*could not be installed/);
  expect(full.output).toMatch(/No space left on device/);
  await h1.sh(`umount ${places}`);

  roll.declare({ packages: { "fleet-agent": "1.2.0" }, policy: { acknowledge: Roll.toAcknowledge(full) } });
  const broken = await roll.upFails();
  expect(broken.output).toMatch(/h1 failed to remediate/);
  expect(broken.output).toMatch(/fleet-agent cannot be set up/);
  expect(await h1.package("fleet-agent")).toBe("iF 1.2.0");
  expect(roll.boots()).toEqual([0, 0]);

  // Another baseline needs no acknowledgement; it mends the package, and is not what it says.
  roll.declare({ packages: { "fleet-agent": "1.1.0", "linux-image-lab": "6.1.102-1" }, allowDowngrade: true });
  const lying = await roll.upFails();
  expect(lying.output).toMatch(/h1 runs .*linux-image-lab=6\.1\.100-1 instead of .*linux-image-lab=6\.1\.102-1/);
  expect(await roll.levels()).toEqual(["ii 1.1.0, ii 6.1.102-1, 6.1.100-lab", "ii 1.0.0, ii 6.1.100-1, 6.1.100-lab"]);
  expect(roll.boots()[1]).toBe(0);
  expect(breaches(await probes.stop())).toEqual([]);
  await roll.expectNoGuestLost();
});

test("hosts that do not come back end a roll: one that does not boot, one without SSH; one with another key is not touched", async () => {
  const policy = { retries: 0, deadlines: { drain: "2m", patch: "15s", boot: "15s" } };
  const roll = await Roll.prepare(lab, hosts, { guests: [1, 1], policy });
  const probes = await Probes.start(roll.guests);
  await h1.noboot();
  const down = await roll.upFails();
  expect(down.output).toMatch(/halted until a person decides: h1 failed to remediate: has not come back/);
  expect(roll.boots()).toEqual([0, 0]);
  await h1.noboot(false);
  await h1.answers();

  await h2.nosshd();
  roll.declare({ policy: { ...policy, acknowledge: Roll.toAcknowledge(down) } });
  const refusing = await roll.upFails();
  expect(refusing.output).toMatch(/h2 failed to remediate: has not come back.*refuses connections on port 22/s);
  expect(roll.boots()).toEqual([1, 1]);
  await h2.nosshd(false);
  await h2.cycle();
  await h2.answers();

  await h2.rekey();
  const acknowledge = Roll.toAcknowledge(refusing);
  roll.declare({ policy: { ...policy, acknowledge } });
  const strange = await roll.up();
  expect(strange.output).toMatch(/h2: "unknown"/);
  expect(strange.output).toMatch(/no roll was started/);
  // Why, and what would mend it; lines may be wrapped.
  expect(strange.output).toMatch(/HOST\s+KEY\s+OF\s+10\.77\.0\.12\s+HAS\s+CHANGED/);
  expect(strange.output).toMatch(/ssh-keyscan\s+10\.77\.0\.12/);
  await lab.learnHostKeys();

  // At its level already, and not as it was: it goes back to what it had, and stays out until a person has looked.
  const never = { kind: "command", name: "shop", command: ["false"], at: ["gate"] };
  roll.declare({ policy: { onRegress: "rollback", acknowledge }, checks: [never] });
  const convicted = await roll.upFails();
  expect(convicted.output).toMatch(/h2 does not serve as before the patch: check "shop"/);
  expect(convicted.output).toMatch(/h2 was taken back to\s+fleet-agent=1\.0\.0\s+linux-image-lab=6\.1\.100-1/);
  expect(await roll.levels()).toEqual([patched, unpatched]);
  expect((await roll.places()).g2).toEqual(["h1"]);
  roll.declare({ policy: { acknowledge: Roll.toAcknowledge(convicted) } });
  await roll.up();
  await roll.expectDone();
  expect(breaches(await probes.stop())).toEqual([]);
});
