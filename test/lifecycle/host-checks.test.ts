import { expect, test } from "vitest";
import { validate } from "../../provider/lifecycle/validate.ts";

const simulated = { kind: "simulated", file: "fleet.db" };
const libvirt = { kind: "libvirt", hosts: [{ name: "kvm1" }, { name: "kvm2" }] };

function failures(target: object, check: object): string[] {
  const baseline = target === libvirt ? { packages: { bash: ">= 5" } } : { version: "8.0.3" };
  const declared = { target, baseline, checks: [check], owner: "project/stack/fleet" };
  return validate(declared).failures.map(({ property, reason }) => `${property}: ${reason}`);
}

test("checks that run on hosts are refused for a platform that has no way to, with the field that asks for it", () => {
  const said = "asks a program on a host, and a simulated target has no way to run one there";
  expect(failures(simulated, { kind: "ceph", name: "a" })).toEqual([`checks[0].kind: ${said}`]);
  expect(failures(simulated, { kind: "gluster", name: "a" })).toEqual([`checks[0].kind: ${said}`]);
  const command = { kind: "command", name: "a", command: ["true"], on: "host", at: ["verify"] };
  expect(failures(simulated, command)).toEqual([`checks[0].on: ${said}`]);
  expect(failures(simulated, { ...command, on: "machine" })).toEqual([]);
  for (const check of [command, { kind: "ceph", name: "a" }, { kind: "gluster", name: "a" }])
    expect(failures(libvirt, check)).toEqual([]);
});

test.each([
  [{ kind: "ceph", name: "a", at: ["end"] }, /checks\[0\]: runs on the host at hand.*leave "end" out/],
  [{ kind: "ceph", name: "a", heal: "soon" }, /checks\[0\]\.heal: /],
  [{ kind: "ceph", name: "a", command: [] }, /checks\[0\]\.command: must not be empty/],
  [{ kind: "ceph", name: "a", command: [" "] }, /checks\[0\]\.command\[0\]: must name a program/],
  [
    { kind: "ceph", name: "a", command: ["ceph", "--password=hunter2"] },
    /`checks\[0\]\.command\[1\]` passes a credential/,
  ],
  [{ kind: "ceph", name: "a", volumes: ["vms"] }, /volumes/],
  [{ kind: "gluster", name: "a", volumes: ["vms", "-x"] }, /checks\[0\]\.volumes\[1\]: must be the name of a volume/],
  [{ kind: "gluster", name: "a", noout: true }, /noout/],
  [{ kind: "command", name: "a", command: ["true"], on: "mars", at: ["verify"] }, /checks\[0\]\.on: /],
])("%j is refused", (check, said) => {
  const [first = ""] = failures(libvirt, check);
  expect(first).toMatch(said);
  expect(first).not.toContain("hunter2");
});
