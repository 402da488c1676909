import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isSigned, parseCertificate } from "../../../../provider/drivers/libvirt/ssh/certificate.ts";
import type { SshSettings } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { loadSsh2 } from "../../../../provider/drivers/libvirt/ssh/ssh2.ts";
import { repository } from "../../../../tools/setup/context.mjs";
import { hostAt, Lab, type Sshd, sshdPath, user } from "./sshd.ts";

const lab = new Lab();
const socket = join(lab.folder, "agent");
const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
agent.on("error", () => {});
afterAll(() => {
  agent.kill();
  lab.end();
});

const publicKey = (file: string): string => readFileSync(file, "utf8").split(" ").slice(0, 2).join(" ");

/** Signs the key of a file; the certificate is beside it, or under another name if one is given. */
function certify(ca: string, key: string, options: readonly string[], as = `${key}-cert.pub`): string {
  execFileSync("ssh-keygen", ["-q", "-s", ca, "-I", "lab", ...options, `${key}.pub`], { stdio: "ignore" });
  renameSync(`${key}-cert.pub`, as);
  return as;
}

/** The output of a run, or its error. */
const attempt = (sshd: Sshd, known: string, settings: SshSettings = {}) =>
  lab
    .open([hostAt(sshd)], [], { knownHosts: [lab.file(`known-${sshd.port}`, known)], ...settings })
    .shell("h1")
    .run("echo in")
    .then(
      ({ stdout }) => stdout,
      (error) => error,
    );

describe.skipIf(sshdPath === undefined)("a host certificate", () => {
  let ca: string;
  let authority: string;
  let count = 0;

  beforeAll(() => {
    ca = lab.newKey("host-ca");
    authority = `@cert-authority * ${publicKey(`${ca}.pub`)}\n`;
  });

  /** A server with a certificate of its only key. */
  async function certified(options: readonly string[], { type = "ed25519", by = ca } = {}): Promise<Sshd> {
    count += 1;
    const key = lab.newKey(`host${count}`, "-t", type);
    const certificate = certify(by, key, ["-h", ...options]);
    return lab.start({ types: [], config: [`HostKey ${key}`, `HostCertificate ${certificate}`] });
  }

  test.each(["ed25519", "ecdsa"])("of a known CA makes a host trusted: %s", async (type) => {
    expect(await attempt(await certified(["-n", "127.0.0.1"], { type }), authority)).toBe("in\n");
  });

  test.each([
    ["ecdsa", ["-b", "256"]],
    ["ecdsa", ["-b", "521"]],
    ["rsa", []],
  ])("may be signed by a CA of type %s %j", async (type, bits) => {
    const other = lab.newKey(`ca-${type}${bits.join("")}`, "-t", type, ...bits);
    const sshd = await certified(["-n", "127.0.0.1"], { by: other });
    expect(await attempt(sshd, `@cert-authority 127.* ${publicKey(`${other}.pub`)}\n`)).toBe("in\n");
  });

  test("stays trusted when the keys of the connection are exchanged anew", async () => {
    const key = lab.newKey("host-rekey");
    const certificate = certify(ca, key, ["-h", "-n", "127.0.0.1"]);
    const config = [`HostKey ${key}`, `HostCertificate ${certificate}`, "RekeyLimit 1M", "LogLevel DEBUG1"];
    const sshd = await lab.start({ types: [], config });
    const shell = lab.open([hostAt(sshd)], [], { knownHosts: [lab.file("known-rekey", authority)] }).shell("h1");
    const { stdout } = await shell.run("head -c 5000000 /dev/zero | tr '\\0' a");
    expect(stdout.length).toBe(5_000_000);
    expect(sshd.log().match(/SSH2_MSG_KEXINIT received/g)?.length).toBeGreaterThan(2);
  });

  test.each([
    ["for another name", ["-n", "h2.example.com"], "it is for h2.example.com"],
    ["expired", ["-n", "127.0.0.1", "-V", "20200101:20200102"], "it has expired"],
    ["not valid yet", ["-n", "127.0.0.1", "-V", "20900101:20900102"], "it is not valid yet"],
  ])("that is %s does not count", async (_, options, why) => {
    const sshd = await certified(options);
    const error = await attempt(sshd, authority, { unknownHosts: "accept-new" });
    expect(error).toMatchObject({ kind: "denied", sent: false });
    expect(error.message).toContain(`does not count: ${why}; and its ssh-ed25519 key SHA256:`);
    expect(error.hint).toContain("@cert-authority");
  });

  test("of an unknown CA does not count, but a known key in it does", async () => {
    const key = lab.newKey("host-known");
    const other = lab.newKey("other-ca");
    const certificate = certify(other, key, ["-h", "-n", "127.0.0.1"]);
    const sshd = await lab.start({ types: [], config: [`HostKey ${key}`, `HostCertificate ${certificate}`] });
    expect((await attempt(sshd, authority)).message).toContain("is in no @cert-authority line for this host");
    const plain = `[127.0.0.1]:${sshd.port} ${publicKey(`${key}.pub`)}\n`;
    expect(await attempt(sshd, `${authority}${plain}`)).toBe("in\n");
    expect(await attempt(sshd, plain)).toBe("in\n");
  });

  test("of a CA for other hosts is not asked for, and the CA's line trusts no plain key", async () => {
    const sshd = await certified(["-n", "127.0.0.1"]);
    const error = await attempt(sshd, authority.replace("*", "*.example.com"));
    expect(error.message).toContain("is not known: it shows the ssh-ed25519 key");
    const plain = await lab.start();
    expect(await attempt(plain, `@cert-authority ${plain.known("*")}`)).toMatchObject({ kind: "denied" });
  });

  test("whose key or CA is revoked is refused", async () => {
    const sshd = await certified(["-n", "127.0.0.1"]);
    const revoked = await attempt(sshd, `${authority}@revoked * ${publicKey(`${ca}.pub`)}\n`);
    expect(revoked).toMatchObject({ kind: "denied", message: expect.stringContaining("is revoked by") });
    const key = join(lab.folder, `host${count}.pub`);
    expect(await attempt(sshd, `${authority}@revoked * ${publicKey(key)}\n`)).toMatchObject({ kind: "denied" });
  });

  test("of an RSA key is not understood: the host is taken by its key, if that is known", async () => {
    const sshd = await certified(["-n", "127.0.0.1"], { type: "rsa" });
    expect((await attempt(sshd, authority)).message).toContain("is not known: it shows the ssh-rsa key");
    const plain = publicKey(join(lab.folder, `host${count}.pub`));
    expect(await attempt(sshd, `${authority}[127.0.0.1]:${sshd.port} ${plain}\n`)).toBe("in\n");
  });

  test("that was tampered with is not signed", async () => {
    const library = await loadSsh2();
    const bytes = Buffer.from(readFileSync(join(lab.folder, "host1-cert.pub"), "utf8").split(" ")[1] ?? "", "base64");
    const certificate = parseCertificate(bytes);
    expect(certificate !== undefined && isSigned(certificate, library)).toBe(true);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8((changed[at] ?? 0) ^ by, at);
        const parsed = parseCertificate(changed);
        return parsed === undefined || !isSigned(parsed, library);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array(), (noise) => parseCertificate(Buffer.from(noise)) === undefined));
  });
});

describe.skipIf(sshdPath === undefined)("a user certificate", () => {
  let ca: string;
  let sshd: Sshd;
  let known: string;

  beforeAll(async () => {
    ca = lab.newKey("user-ca");
    sshd = await lab.start({ config: [`TrustedUserCAKeys ${ca}.pub`, "AuthorizedKeysFile none"] });
    known = sshd.known();
    await vi.waitFor(() => expect(existsSync(socket)).toBe(true), 5_000);
  });

  test.each([
    ["ed25519", ["-t", "ed25519"]],
    ["ecdsa", ["-t", "ecdsa", "-b", "256"]],
    ["ecdsa of 521 bits", ["-t", "ecdsa", "-b", "521"]],
    ["rsa", ["-t", "rsa", "-b", "2048"]],
  ])("lets in, beside its key or in an agent: %s", async (name, options) => {
    const key = lab.newKey(`certified-${name.replaceAll(" ", "-")}`, ...options);
    certify(ca, key, ["-n", user]);
    expect(await attempt(sshd, known, { identities: [key] })).toBe("in\n");
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    execFileSync("ssh-add", ["-q", key], { env, stdio: "ignore" });
    expect(await attempt(sshd, known, { identities: [], agent: socket })).toBe("in\n");
    execFileSync("ssh-add", ["-q", "-D"], { env, stdio: "ignore" });
  });

  test("and one of the host work in the library as it is bundled, too", async () => {
    const { openShells } = await import(join(repository, "dist/provider/drivers/libvirt/ssh/shells.js"));
    const [key, host] = [lab.newKey("bundled"), lab.newKey("bundled-host")];
    certify(ca, key, ["-n", user]);
    const config = [`HostKey ${host}`, `HostCertificate ${certify(ca, host, ["-h", "-n", "127.0.0.1"])}`];
    const login = [`TrustedUserCAKeys ${ca}.pub`, "AuthorizedKeysFile none"];
    const both = await lab.start({ types: [], config: [...config, ...login] });
    const knownHosts = [lab.file("known-bundled", `@cert-authority 127.0.0.1 ${publicKey(`${ca}.pub`)}\n`)];
    const shells = openShells([hostAt(both)], { knownHosts, identities: [key], agent: false });
    onTestFinished(() => shells.close());
    expect((await shells.shell("h1").run("echo in")).stdout).toBe("in\n");
  });

  test("for another user, or out of date, is refused and named", async () => {
    const key = lab.newKey("uncertified");
    certify(ca, key, ["-n", "somebody-else"]);
    const error = await attempt(sshd, known, { identities: [key] });
    expect(error).toMatchObject({ kind: "denied" });
    expect(error.message).toContain(`Offered: ${key}-cert.pub (lab); ${key} SHA256:`);
  });

  test("of another key is not offered", async () => {
    const [key, other] = [lab.newKey("lonely"), lab.newKey("stranger")];
    certify(ca, other, ["-n", user], `${key}-cert.pub`);
    const error = await attempt(sshd, known, { identities: [key] });
    expect(error.message).toContain(`Not offered: ${key}-cert.pub (no user certificate of ${key})`);
  });
});
