import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shell } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { hostAt, Lab, type Sshd, sshdPath } from "./sshd.ts";

describe.skipIf(sshdPath === undefined)("a script on a host", () => {
  let lab: Lab;
  let sshd: Sshd;
  let shell: Shell;

  beforeAll(async () => {
    lab = new Lab();
    sshd = await lab.start();
    shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
  });
  afterAll(() => lab.end());

  test("answers with code, output and errors", async () => {
    expect(await shell.run('echo "$1"; echo "$2" >&2; exit 3', ["a b", "c"])).toEqual({
      code: 3,
      stdout: "a b\n",
      stderr: "c\n",
    });
  });
});
