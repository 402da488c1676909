import { describe, expect, test } from "vitest";
import { readGlance, readInspection } from "../../../../provider/drivers/libvirt/packages/facts.ts";

describe("a glance", () => {
  test("at a Debian host", () => {
    const facts = readGlance(`family deb
key 002fad45-95ff 1795590947.218572 1795590660 6.1.100-lab 6.1.101-lab
running 6.1.100-lab
kernel 6.1.101-lab
reboot linux-image-6.1.101-lab 
installed fleet-agent ii 1.0.0
installed held hi 2.0
installed broken iF 1.2.0
installed gone rc 1.0
installed never un 
installed reinstall iiR1.0
`);
    expect(facts).toMatchObject({
      family: "deb",
      running: "6.1.100-lab",
      kernel: "6.1.101-lab",
      reboot: "linux-image-6.1.101-lab",
    });
    expect([...facts.installed]).toEqual([
      ["fleet-agent", { version: "1.0.0", status: "ii" }],
      ["held", { version: "2.0", status: "hi" }],
      ["broken", { version: "1.2.0", status: "iF" }],
      ["reinstall", { version: "1.0", status: "ii" }],
    ]);
  });

  test("at a host with rpm: no epoch is none, locked versions are held, of several kernels the newest counts", () => {
    const { family, installed } = readGlance(`family rpm
held libvirt-daemon
installed kernel ii 0:5.14.0-427.13.1.el9_4
installed kernel ii 0:5.14.0-503.11.1.el9_5
installed kernel ii 0:5.14.0-427.42.1.el9_4
installed libvirt-daemon ii 0:10.0.0-6.el9
installed qemu-kvm ii 17:8.2.0-11.el9_4
`);
    expect(family).toBe("rpm");
    expect([...installed]).toEqual([
      ["kernel", { version: "5.14.0-503.11.1.el9_5", status: "ii" }],
      ["libvirt-daemon", { version: "10.0.0-6.el9", status: "hi" }],
      ["qemu-kvm", { version: "17:8.2.0-11.el9_4", status: "ii" }],
    ]);
  });

  test("at a host that says nothing", () => {
    expect(readGlance("")).toMatchObject({ family: "deb", key: "", running: "", installed: new Map() });
  });
});

describe("an inspection", () => {
  const text = `owner linux-image-6.1.100-lab 6.1.100-1
built 6.1.100-1
runs linux-image-lab
daemon 11.3.0
broken fleet-agent
changed slow-agent /usr/bin/slow
available fleet-agent 1.1.0
available fleet-agent 1.0.0
available fleet-agent 1.0.0
pinned fleet-agent 1.2.0
update Failed to fetch file:/srv/none
behind fleet-agent
`;
  test("tells what runs and what can be had", () => {
    expect(readInspection(text, false)).toEqual({
      owner: { name: "linux-image-6.1.100-lab", version: "6.1.100-1" },
      built: "6.1.100-1",
      runs: new Set(["linux-image-lab"]),
      reboot: undefined,
      daemon: "11.3.0",
      broken: ["fleet-agent"],
      changed: new Map([["slow-agent", "/usr/bin/slow"]]),
      available: new Map([["fleet-agent", ["1.1.0", "1.0.0", "1.2.0"]]]),
      updateProblem: "Failed to fetch file:/srv/none",
      behind: ["fleet-agent"],
    });
  });

  test("of a pinned repository counts nothing else as available", () => {
    expect(readInspection(text, true).available).toEqual(new Map([["fleet-agent", ["1.2.0"]]]));
  });
});
