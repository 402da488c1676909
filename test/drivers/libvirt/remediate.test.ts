import { describe, expect, test } from "vitest";
import { preflightFrom } from "../../../provider/drivers/libvirt/preflight.ts";
import { packageFailure } from "../../../provider/drivers/libvirt/remediate/package-run.ts";
import { foreseenFrom, wayBackFrom } from "../../../provider/drivers/libvirt/remediate/way-back.ts";

describe("a package run that failed", () => {
  const log = (text: string) =>
    text
      .split("\n")
      .map((line) => `log ${line}`)
      .join("\n");

  test("is told in the lines of apt and dpkg that say why", () => {
    const told = log(`Setting up fleet-agent (1.2.0) ...
fleet-agent cannot be set up
dpkg: error processing package fleet-agent (--configure):
 installed fleet-agent package post-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 fleet-agent
E: Sub-process /usr/bin/dpkg returned an error code (1)`);
    const { message, kind } = packageFailure("h1", told, "100");
    expect(kind).toBe("failed");
    expect(message).toMatch(
      /^h1: .*exit code 100.*cannot be set up; dpkg: error processing package fleet-agent.*E: Sub-process/,
    );
  });

  test("without telling lines is told in its last ones", () => {
    expect(packageFailure("h1", log("one\ntwo\nthree"), "1").message).toMatch(/one; two; three/);
    expect(packageFailure("h1", "", "1").message).toMatch(/no output/);
  });
});

describe("a preflight", () => {
  const space = "space /boot 300\nspace /var 9000\nuptime 86400";
  test.for([
    [space, undefined],
    [`manager Proxmox VE (pve-cluster)\n${space}`, /^Proxmox VE \(pve-cluster\) owns it/],
    ["space /boot 12\nspace /var 9000", /^\/boot has 12 MiB free/],
    [`${space}\nreadonly /boot`, /read-only/],
  ] as const)("%s", ([text, blocked]) => {
    const found = preflightFrom(text).blocked;
    if (blocked === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(blocked);
  });

  test("warns of what a reboot may show", () => {
    const { warnings } = preflightFrom(
      `${space.replace("86400", "17280000")}\nunbuilt zfs\nsecureboot enabled\nnoentry 6.1.2`,
    );
    expect(preflightFrom(`${space}\noutside zfs\nunsigned nvidia`).warnings).toEqual([
      "kernel module zfs comes from elsewhere and is not built by itself: another kernel would lack it",
      "kernel module nvidia has no signature, and Secure Boot is on: it will not be loaded",
    ]);
    expect(warnings.join("; ")).toMatch(/200 days.*zfs is not built.*Secure Boot.*no boot entry for kernel 6\.1\.2/);
  });
});

describe("a way back", () => {
  test.for([
    ["", /no versions of before/],
    ["kernel 6.1.100\nback a 1.0\nlacks a 1.0\nrunning 6.1.101", /archives cannot be had any more: a 1\.0/],
    ["kernel 6.1.100\nnokernel is not there any more\nrunning 6.1.101", /former kernel 6\.1\.100 is not there/],
    ["kernel 6.1.100\nnokernel has no boot entry any more\nrunning 6.1.101", /6\.1\.100 has no boot entry/],
    ["kernel 1\nlacks a 1\nlacks b 2\nlacks c 3\nlacks d 4\nlacks e 5\nrunning 1", /a 1, b 2, c 3, d 4 and 1 more/],
  ] as const)("there is none: %s", ([text, why]) => {
    expect(wayBackFrom(text).missing).toMatch(why);
  });

  test("leads to packages and a kernel", () => {
    expect(wayBackFrom("kernel 6.1.100\nback a 1.0\nrunning 6.1.101\n")).toEqual({
      packages: ["a 1.0"],
      kernel: "6.1.100",
      running: "6.1.101",
      rebooted: false,
      missing: undefined,
    });
    expect(wayBackFrom("kernel 6.1.100\nrunning 6.1.100\nrebooted yes\n")).toMatchObject({
      packages: [],
      rebooted: true,
    });
  });

  test("is foreseen before anything is downloaded", () => {
    expect(foreseenFrom("")).toBeUndefined();
    expect(foreseenFrom("lacks qemu-system-x86 1:10.0.2\n")).toMatch(
      /archives cannot be had any more: qemu-system-x86 1:10/,
    );
    expect(foreseenFrom("family rpm\n")).toMatch(/hosts with rpm cannot go back yet/);
  });
});
