import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fingerprintOf } from "../../../../provider/drivers/libvirt/ssh/fingerprint.ts";
import type { SshHost, SshSettings } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { hostAt, Lab, type Sshd, sshdPath } from "./sshd.ts";

const lab = new Lab();
afterAll(() => lab.end());

const strange = (sshd: Sshd, name = `[127.0.0.1]:${sshd.port}`): string => {
  const key = lab.newKey(`strange-${sshd.port}-${Math.floor(performance.now())}`);
  return `${name} ${readFileSync(`${key}.pub`, "utf8")}`;
};

/** A run on a host, with a known_hosts file of this text. */
function withKnown(sshd: Sshd, text: string, more: Partial<SshHost> = {}, settings: SshSettings = {}) {
  const file = lab.file(`known-${sshd.port}`, text);
  const shell = lab.open([hostAt(sshd, more)], [], { knownHosts: [file], ...settings }).shell("h1");
  return {
    file,
    run: () =>
      shell.run("echo in").then(
        ({ stdout }) => stdout,
        (error) => error,
      ),
  };
}

/** The command in backquotes that a hint gives, run as a person would. */
function follow(hint: string, starts: string): void {
  const [, command = ""] = new RegExp(`\`(${starts}[^\`]*)\``).exec(hint) ?? [];
  expect(command).not.toBe("");
  execFileSync("sh", ["-c", command], { stdio: "ignore" });
}

describe.skipIf(sshdPath === undefined)("a host key that is", () => {
  test("not known is refused, and the line of the hint mends it without a new start", async () => {
    const sshd = await lab.start();
    const { file, run } = withKnown(sshd, "# nothing\n");
    const error = await run();
    expect(error).toMatchObject({ kind: "denied", host: "h1", sent: false });
    expect(error.message).toMatch(
      new RegExp(`127\\.0\\.0\\.1 port ${sshd.port} is not known: it shows the ssh-ed25519 key SHA256:`),
    );
    expect(error.hint).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${file}`);
    expect(error.hint).toMatch(/pin it: fingerprints: \["SHA256:[A-Za-z0-9+/]{43}"\]/);
    expect(sshd.log()).not.toContain("publickey");
    follow(error.hint, "ssh-keyscan");
    expect(await run()).toBe("in\n");
  });

  test("not known may be pinned as the hint says", async () => {
    const sshd = await lab.start();
    const error = await withKnown(sshd, "").run();
    const [, fingerprint = ""] = /fingerprints: \["([^"]+)"\]/.exec(error.hint) ?? [];
    expect(await withKnown(sshd, strange(sshd), { fingerprints: [fingerprint] }).run()).toBe("in\n");
  });

  test("changed is refused with the lines that hold the old one, and the hint mends it", async () => {
    const sshd = await lab.start();
    const { file, run } = withKnown(sshd, `# one\n${strange(sshd)}`);
    const error = await run();
    expect(error).toMatchObject({ kind: "denied", sent: false });
    expect(error.message).toContain("HAS CHANGED");
    expect(error.message).toContain(`${file}:2 holds another one`);
    follow(error.hint, "ssh-keygen -R");
    follow(error.hint, "ssh-keyscan");
    expect(await run()).toBe("in\n");
  });

  test("revoked is refused, though it is known and pinned", async () => {
    const sshd = await lab.start();
    const revoked = `${sshd.known()}@revoked ${sshd.known("*")}`;
    const { file, run } = withKnown(sshd, revoked);
    const error = await run();
    expect(error).toMatchObject({ kind: "denied", message: expect.stringContaining(`is revoked by ${file}:2`) });
    expect(await withKnown(sshd, revoked, {}, { unknownHosts: "accept-new" }).run()).toMatchObject({ kind: "denied" });
  });

  test("not the pinned one is refused, though it is known", async () => {
    const sshd = await lab.start();
    const pin = `SHA256:${"A".repeat(43)}`;
    const error = await withKnown(sshd, sshd.known(), { fingerprints: [pin] }).run();
    expect(error).toMatchObject({ kind: "denied", message: expect.stringContaining(`the pinned one is ${pin}`) });
  });

  test("known under a hashed name is trusted", async () => {
    const sshd = await lab.start();
    const { file, run } = withKnown(sshd, sshd.known());
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    expect(readFileSync(file, "utf8")).toMatch(/^\|1\|/);
    expect(await run()).toBe("in\n");
  });

  test.each(["ed25519", "ecdsa", "rsa"])(
    "the only known one of several, of type %s, is the one that is asked for",
    async (type) => {
      const sshd = await lab.start({ types: ["ed25519", "ecdsa", "rsa"] });
      const only = sshd
        .known()
        .split("\n")
        .filter((line) => line.includes(type));
      expect(await withKnown(sshd, `${only.join("\n")}\n`).run()).toBe("in\n");
    },
  );

  test("one of several is compared by its best type; all of them may be pinned", async () => {
    const sshd = await lab.start({ types: ["rsa", "ed25519"] });
    const pins = sshd
      .known()
      .trim()
      .split("\n")
      .map((line) => fingerprintOf(Buffer.from(line.split(" ")[2] ?? "", "base64")));
    expect(await withKnown(sshd, "", { fingerprints: pins }).run()).toBe("in\n");
    const error = await withKnown(sshd, "", { fingerprints: pins.slice(0, 1) }).run();
    expect(error.message).toMatch(/shows the ssh-ed25519 key/);
    expect(error.hint).toContain(`fingerprints: ["${pins[1]}"]`);
  });

  test("of another type than the known ones is refused, also where new hosts are accepted", async () => {
    const sshd = await lab.start({ types: ["rsa"] });
    for (const settings of [{}, { unknownHosts: "accept-new" } as const]) {
      const error = await withKnown(sshd, strange(sshd), {}, settings).run();
      expect(error).toMatchObject({ kind: "denied" });
      expect(error.message).toMatch(/shows the ssh-rsa key SHA256:.*, but is known by the ssh-ed25519 key in/);
    }
  });

  test("new is added to the first file where that is asked for, and from then on must stay", async () => {
    const sshd = await lab.start();
    const file = join(lab.folder, "made", "known");
    const settings = { knownHosts: [file], unknownHosts: "accept-new" } as const;
    const shells = lab.open([hostAt(sshd)], [], settings);
    expect((await shells.shell("h1").run("echo in")).stdout).toBe("in\n");
    expect(readFileSync(file, "utf8")).toBe(sshd.known());
    const other = withKnown(sshd, strange(sshd), {}, { unknownHosts: "accept-new" });
    expect(await other.run()).toMatchObject({ kind: "denied", message: expect.stringContaining("HAS CHANGED") });
  });
});

describe("settings that are wrong name the field", () => {
  const missing = join(lab.folder, "missing");
  test.each<[string, Partial<SshHost>, SshSettings, string]>([
    ["a fingerprint", { fingerprints: ["MD5:aa:bb"] }, {}, "h1: fingerprints[0] "],
    [
      "a fingerprint of a jump host",
      { jump: [{ address: "j", fingerprints: ["x"] }] },
      {},
      "h1: jump[0].fingerprints[0] ",
    ],
    ["an address", { address: "-oProxyCommand=x" }, {}, "h1: address "],
    ["an address with a user", { address: "root@h1" }, {}, "h1: address "],
    ["a port", { port: 70_000 }, {}, "h1: port 70000 "],
    ["a user", { user: "a\nb" }, {}, "h1: user "],
    ["a key file", {}, { identities: [missing] }, `identities[0]: ${missing} does not exist`],
    ["a known_hosts file", {}, { knownHosts: [missing] }, `knownHosts: ${missing} does not exist`],
    [
      "a known_hosts file that is a folder",
      {},
      { knownHosts: [lab.folder] },
      `knownHosts: ${lab.folder} cannot be read`,
    ],
    ["channels", {}, { channels: 0 }, "channels: 0 "],
  ])("%s", (_, host, settings, text) => {
    const open = () => lab.open([{ name: "h1", address: "127.0.0.1", ...host }], [], { identities: [], ...settings });
    expect(open).toThrow(expect.objectContaining({ kind: "invalid", message: expect.stringContaining(text) }));
  });

  test.skipIf(sshdPath === undefined)("a key file that is none, once it is needed", async () => {
    const sshd = await lab.start();
    const run = (file: string) =>
      lab
        .open([hostAt(sshd)], [sshd], { identities: [file] })
        .shell("h1")
        .run("echo");
    const none = lab.file("no-key", "hello");
    await expect(run(none)).rejects.toThrow(`identities[0]: ${none} holds no private key`);
    await expect(run(`${lab.key}.pub`)).rejects.toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("holds a public key"),
    });
    await expect(run(lab.folder)).rejects.toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("cannot be read"),
    });
  });

  test("a host that is none of the fleet, and two of one name", () => {
    expect(() => lab.open([], [], { identities: [] }).shell("h9")).toThrow("h9 is none of the hosts");
    const twin = { name: "h1", address: "127.0.0.1" };
    expect(() => lab.open([twin, twin], [], { identities: [] })).toThrow("Two hosts have the same name.");
  });
});
