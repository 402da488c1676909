import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { SshSettings } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { hostAt, Lab, type Sshd, sshdPath, user } from "./sshd.ts";

const lab = new Lab();
const socket = join(lab.folder, "agent");
const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
agent.on("error", () => {});
afterAll(() => {
  agent.kill();
  lab.end();
});

const fingerprint = (key: string): string =>
  execFileSync("ssh-keygen", ["-lf", key], { encoding: "utf8" }).split(" ")[1] ?? "";
const inAgent = (...args: string[]) =>
  execFileSync("ssh-add", ["-q", ...args], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "ignore" });

/** The output of a run, or its error. */
const attempt = (sshd: Sshd, settings: SshSettings) =>
  lab
    .open([hostAt(sshd)], [sshd], settings)
    .shell("h1")
    .run("echo in")
    .then(
      ({ stdout }) => stdout,
      (error) => error,
    );

describe.skipIf(sshdPath === undefined)("who logs in", () => {
  let sshd: Sshd;
  /** Lets in the keys of these files. */
  const letIn = (...keys: string[]) =>
    lab.file("allowed", keys.map((key) => readFileSync(`${key}.pub`, "utf8")).join(""));

  beforeAll(async () => {
    sshd = await lab.start({ config: [`AuthorizedKeysFile ${letIn(lab.key)}`] });
    await vi.waitFor(() => expect(existsSync(socket)).toBe(true), 5_000);
  });

  test.each([
    ["ed25519", ["-t", "ed25519"]],
    ["ecdsa", ["-t", "ecdsa", "-b", "384"]],
    ["rsa", ["-t", "rsa", "-b", "2048"]],
    ["rsa in the old format", ["-t", "rsa", "-b", "2048", "-m", "PEM"]],
  ])("has a key of type %s, in a file or in an agent", async (name, options) => {
    const key = lab.newKey(name.replaceAll(" ", "-"), ...options);
    letIn(key);
    expect(await attempt(sshd, { identities: [key] })).toBe("in\n");
    inAgent(key);
    expect(await attempt(sshd, { identities: [], agent: socket })).toBe("in\n");
    expect(await attempt(sshd, { identities: [], agent: undefined, env: { SSH_AUTH_SOCK: socket } })).toBe("in\n");
    inAgent("-D");
  });

  test("has a key with a passphrase in the environment", async () => {
    const key = lab.newKey("locked", "-N", "open sesame");
    letIn(key);
    const with_ = (passphrase?: string) =>
      attempt(sshd, { identities: [key], env: { ROLLING_PATCH_SSH_PASSPHRASE: passphrase } });
    expect(await with_("open sesame")).toBe("in\n");
    const [without, wrong] = [await with_(), await with_("guess")];
    expect(without).toMatchObject({ kind: "denied", sent: false });
    expect(without.message).toContain(`${key} (encrypted, and ROLLING_PATCH_SSH_PASSPHRASE is not set)`);
    expect(wrong.message).toContain("the passphrase in ROLLING_PATCH_SSH_PASSPHRASE is not its own");
    expect(wrong.message).not.toContain("guess");
  });

  test("is told what was tried when nothing was right", async () => {
    const [first, second] = [lab.newKey("first"), lab.newKey("second")];
    letIn(lab.key);
    inAgent(second);
    const error = await attempt(sshd, { identities: [first], agent: socket });
    inAgent("-D");
    expect(error).toMatchObject({ kind: "denied", host: "h1", sent: false });
    expect(error.message).toContain(`${user}@127.0.0.1:${sshd.port} does not let ${user} in. It takes: publickey.`);
    expect(error.message).toContain(
      `Offered: the agent's ${fingerprint(second)} (second); ${first} ${fingerprint(first)}.`,
    );
    expect(error.hint).toContain("authorized_keys");
    expect(JSON.stringify(error)).not.toContain("PRIVATE");
  });

  test("has no key at all, or an agent that does not answer", async () => {
    const none = await attempt(sshd, { identities: [] });
    expect(none).toMatchObject({ kind: "denied", message: expect.stringContaining("There was no key to offer.") });
    const deaf = await attempt(sshd, { identities: [], agent: join(lab.folder, "no-agent") });
    expect(deaf.message).toMatch(/Not offered: the agent at .*no-agent/);
  });

  test("may go in by a file when an agent does not answer", async () => {
    letIn(lab.key);
    expect(await attempt(sshd, { agent: join(lab.folder, "no-agent") })).toBe("in\n");
  });

  test("offers too many keys", async () => {
    const keys = Array.from({ length: 8 }, (_, n) => lab.newKey(`many${n}`));
    letIn(lab.key);
    const error = await attempt(sshd, { identities: [...keys, lab.key] });
    expect(error).toMatchObject({ kind: "denied" });
    expect(error.message).toContain("Too many authentication failures");
    expect(error.hint).toContain("identities");
  });

  test("is asked for a password, which there is not", async () => {
    const strict = await lab.start({ config: ["PasswordAuthentication yes", "PubkeyAuthentication no"] });
    expect((await attempt(strict, {})).message).toContain("It takes: password.");
  });

  test("is asked for more than a key", async () => {
    const strict = await lab.start({
      config: ["PasswordAuthentication yes", "AuthenticationMethods publickey,password"],
    });
    expect((await attempt(strict, {})).message).toContain("wants more than a key");
  });

  test("is another user than this process's, who is refused", async () => {
    const run = lab
      .open([hostAt(sshd, { user: "nobody-here" })], [sshd])
      .shell("h1")
      .run("echo");
    await expect(run).rejects.toThrow("does not let nobody-here in");
  });
});
