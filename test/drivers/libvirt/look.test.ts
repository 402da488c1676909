import { describe, expect, test } from "vitest";
import { complianceOf } from "../../../provider/core/compliance.ts";
import type { Host } from "../../../provider/core/fleet.ts";
import { libvirtTarget } from "../../../provider/core/libvirt-target.ts";
import { fleetOf, type Seen } from "../../../provider/drivers/libvirt/look/fleet.ts";
import { type HostLook, readAbilities, readLook } from "../../../provider/drivers/libvirt/look/host-look.ts";
import { preflightFrom } from "../../../provider/drivers/libvirt/preflight.ts";
import { whyNotOut } from "../../../provider/drivers/libvirt/remediation.ts";

const UUID = "591ad0e9-c061-4c36-9954-5805510bacfa";

const guest = ({
  name = "g1",
  uuid = UUID,
  words = "running (booted)",
  devices = "",
  more = "",
} = {}): string => `@guest ${uuid}
${words}
<domain type='qemu' id='1'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>${more}
  <memory unit='KiB'>81920</memory>
  <vcpu placement='static'>2</vcpu>
  <cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model></cpu>
  <devices>
    <interface type='bridge'><source bridge='br0'/></interface>${devices}
  </devices>
</domain>`;

function look(virsh: string, lines = ""): HostLook {
  const text = `boot boot-1
memory 25165824
processors 4
hardware   
link br0
link eth0
${lines}
virsh begins
@uuids
${[...virsh.matchAll(/^@guest (\S+)$/gm)].map(([, uuid]) => uuid).join("\n")}
@networks
@pools
default
@autostart
@transient
${virsh}`;
  return readLook(text);
}

const target = libvirtTarget.parse({ kind: "libvirt", hosts: [{ name: "h1" }, { name: "h2" }] });
const uuids = ["uuid 1\nprocessor EPYC\nusable qemu64", "uuid 2\nprocessor EPYC\nusable qemu64"];

function fleet(looks: readonly (HostLook | undefined)[], abilities = uuids) {
  const seen = target.hosts.map((declared, index): Seen => {
    const level = {
      family: "deb",
      level: "a=1",
      wanted: "a=2",
      evidence: "a=1",
      rebootPending: false,
      install: [],
    } as const;
    const known = looks[index];
    return {
      declared,
      answers: known !== undefined,
      ...(known === undefined ? { silence: "h2: its host key has changed." } : {}),
      rebooting: false,
      look: known,
      level,
      abilities: readAbilities(abilities[index] ?? ""),
    };
  });
  return fleetOf(target, "libvirt:kvm", 0, seen).fleet;
}

describe("a look at a host", () => {
  test("tells its guests, and what they are to a roll", () => {
    const metadata = `<metadata><r:workload xmlns:r="urn:rolling-patch:workload" group="db" tags="web shop" address="10.0.0.5" moves="once" prefer="h1"/></metadata>`;
    expect(fleet([look(guest({ more: metadata })), look("")]).workloads).toEqual([
      {
        id: "g1",
        host: "h1",
        state: "running",
        demand: { memory: 80, cpu: 2 },
        group: "db",
        tags: ["web", "shop"],
        address: "10.0.0.5",
        moves: "once",
        hosts: { prefer: ["h1"] },
        pinned: false,
      },
    ]);
  });

  test("a device of the host pins its guest", () => {
    const pci = "<hostdev mode='subsystem' type='pci'/>";
    expect(fleet([look(guest({ devices: pci })), look("")]).workloads[0]?.pinned).toBe(true);
  });

  test("a guest never moves to a host without its bridge, or whose processor cannot be what it was given", () => {
    const bridge = "<interface type='bridge'><source bridge='br9'/></interface>";
    expect(fleet([look(guest({ devices: bridge }), "link br9"), look("")]).workloads[0]?.hosts).toEqual({
      never: ["h2"],
    });
    const abilities = [uuids[0] ?? "", "uuid 2\nprocessor Opteron\nusable kvm64"];
    expect(fleet([look(guest()), look("")], abilities).workloads[0]?.hosts).toEqual({ never: ["h2"] });
  });

  test("one that is on its way is at its source, and books its target", () => {
    const arriving = look(guest({ words: "paused (migrating)" }));
    expect(fleet([look(guest()), arriving]).workloads).toMatchObject([
      { host: "h1", movingTo: "h2", state: "running" },
    ]);
    const job = look(guest(), `job ${UUID} h2 `);
    expect(fleet([job, look("")]).workloads).toMatchObject([{ host: "h1", movingTo: "h2" }]);
    const ended = look(guest(), `job ${UUID} h2 1`);
    expect(fleet([ended, look("")]).workloads[0]).not.toHaveProperty("movingTo");
  });

  test("one that runs twice stops everything, with evidence", () => {
    expect(() => fleet([look(guest()), look(guest())])).toThrow(/g1 .* runs on h1 \(running \(booted\)\) and h2/);
  });

  test("a definition that is left where it does not run is no guest of that host", () => {
    expect(fleet([look(guest({ words: "shut off (shutdown)" })), look(guest())]).workloads).toMatchObject([
      { host: "h2", state: "running" },
    ]);
  });

  test("two guests of one name are told apart", () => {
    const other = "00000000-c061-4c36-9954-5805510bacfa";
    expect(fleet([look(guest()), look(guest({ uuid: other }))]).workloads.map(({ id }) => id)).toEqual([
      `g1 (${other})`,
      `g1 (${UUID})`,
    ]);
  });

  test("hosts with one UUID are blocked", () => {
    const [first, second] = fleet([look(""), look("")], ["uuid 1", "uuid 1"]).hosts;
    expect([first?.finding?.reason, second?.finding?.reason]).toEqual([
      expect.stringContaining("same UUID as h2"),
      expect.stringContaining("same UUID as h1"),
    ]);
  });

  test("whose libvirt lists a guest that it does not tell of is not taken for empty", () => {
    const begun = "boot b\nvirsh begins\n@uuids\n";
    expect(readLook(`${begun}\n@networks\n@transient\n`).silent).toBeUndefined();
    expect(readLook(`${begun}${UUID}\n@networks\n@transient\n`).silent).toMatch(`it lists the guest ${UUID}`);
    // It has gone between the two questions.
    expect(readLook(`${begun}${UUID}\n@transient\n@guest ${UUID}\n`).silent).toBeUndefined();
    expect(readLook(`${begun}${UUID}@networks@transient`).silent).toMatch(/cannot be read/);
    expect(readLook("boot b\n").silent).toMatch(/cannot be read/);
    expect(readLook("boot b\nsilent error: failed to connect\n").silent).toBe("error: failed to connect");
  });

  test("is out when it is cordoned under a mark, and known to be empty", () => {
    const marked = (virsh = "", lines = 'cordoned yes\nmark {"owner":"a/b/c","run":"r1"}') => look(virsh, lines);
    expect(whyNotOut(marked())).toBeUndefined();
    expect(whyNotOut(marked(guest({ words: "shut off (shutdown)" })))).toBeUndefined();
    expect(whyNotOut(marked(guest()))).toBe("it is not empty (g1)");
    expect(whyNotOut(marked("", ""))).toBe("it is not cordoned under a mark");
    expect(whyNotOut(marked(`@guest ${UUID}\n`))).toBe(`its libvirt lists the guest ${UUID} and does not tell of it`);
    expect(whyNotOut({ ...marked(), silent: "error: failed to connect" })).toMatch(
      /does not tell of its guests \(error/,
    );
  });

  test("a silent host keeps its key and its level", () => {
    const [, silent] = fleet([look(""), undefined]).hosts;
    expect(silent).toMatchObject({ id: "h2", state: "unreachable", level: "a=1", problem: "its host key has changed" });
    expect(complianceOf(silent as Host, "deb")).toMatchObject({
      compliance: "unknown",
      reason: "unreachable: its host key has changed",
    });
  });

  test("a mark that cannot be read is somebody's", () => {
    expect(look("", "mark nonsense").mark?.owner).toMatch(/cannot be read/);
    expect(look("", 'mark {"run":"r","owner":"a/b/c","token":3}').mark).toEqual({ run: "r", owner: "a/b/c", token: 3 });
  });
});

describe("preflight", () => {
  test.each([
    ["manager oVirt (vdsm)", /oVirt \(vdsm\) owns it/],
    ["space /boot 20", /\/boot has 20 MiB free, a patch needs 100/],
    ["readonly /boot", /\/boot is mounted read-only/],
  ])("%s blocks", (line, reason) => expect(preflightFrom(`${line}\n`).blocked).toMatch(reason));

  test("what only a person should know is a warning", () => {
    expect(preflightFrom("uptime 17280000.5\nunbuilt zfs\nspace /boot 900\n")).toEqual({
      warnings: [expect.stringContaining("up for 200 days"), expect.stringContaining("zfs is not built")],
    });
  });
});
