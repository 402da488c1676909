import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { hostAt, Lab, sshdPath } from "./sshd.ts";

const lab = new Lab();
afterAll(() => lab.end());

test.skipIf(sshdPath === undefined)(
  "OpenSSH trusts the host by the same known_hosts files",
  { timeout: 600_000 },
  async () => {
    const publicKey = (key: string): string => readFileSync(`${key}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
    const [ca, host, rsa] = [lab.newKey("ca"), lab.newKey("host"), lab.newKey("host-rsa", "-t", "rsa")];
    execFileSync("ssh-keygen", ["-q", "-s", ca, "-I", "h", "-h", "-n", "127.0.0.1", `${host}.pub`], {
      stdio: "ignore",
    });
    const keys = [ca, host, rsa, lab.newKey("strange"), lab.newKey("strange-rsa", "-t", "rsa")].map(publicKey);
    const servers = [
      await lab.start({ types: [], config: [`HostKey ${host}`, `HostKey ${rsa}`] }),
      await lab.start({ types: [], config: [`HostKey ${host}`, `HostCertificate ${host}-cert.pub`] }),
    ];
    const isBare = (text: string): boolean => /^(127|h2,127|\*,!)/.test(text);
    const line = fc
      .tuple(
        fc.oneof(
          { weight: 4, arbitrary: fc.constant("") },
          { weight: 1, arbitrary: fc.constantFrom("@revoked ", "@cert-authority ", "@strange ", "# ") },
        ),
        fc.constantFrom("127.0.0.1", "[127.0.0.1]:PORT", "*", "*,![127.0.0.1]:PORT", "[127.*]:*", "h2", "h2,127.0.0.?"),
        fc.constantFrom(...keys),
      )
      .map(([marker, names, key]) => `${marker}${names} ${key}\n`)
      // To OpenSSH, what is revoked under a name without a port may be trusted on another port; never to us.
      .filter((text) => !text.startsWith("@revoked ") || !isBare(text.slice("@revoked ".length)));
    /** Whether the host is trusted: then there is no key to log in with. */
    const theirs = async (port: number, file: string): Promise<boolean> => {
      const options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "PreferredAuthentications=none",
        "UpdateHostKeys=no",
      ];
      const files = [`UserKnownHostsFile=${file}`, "GlobalKnownHostsFile=none"];
      const args = ["-F", "none", ...[...options, ...files].flatMap((option) => ["-o", option]), "-p", `${port}`];
      const error = await promisify(execFile)("ssh", [...args, "127.0.0.1", "true"]).catch((caught) => caught);
      expect(error.stderr).toMatch(/Permission denied|Host key verification failed|REVOKED/);
      return error.stderr.includes("Permission denied");
    };
    const ours = async (at: number, file: string): Promise<boolean> => {
      const hosts = servers.slice(at, at + 1).map((sshd) => hostAt(sshd));
      const run = lab
        .open(hosts, [], { knownHosts: [file], identities: [] })
        .shell("h1")
        .run("true");
      const error = await run.catch((caught) => caught);
      expect(error).toMatchObject({ kind: "denied", sent: false });
      return error.message.includes("no key to offer");
    };
    const runs = process.env.ROLLING_PATCH_FULL === undefined ? 60 : 600;
    let trusted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), fc.constantFrom(0, 1), async (lines, at) => {
        const port = servers[at]?.port ?? 0;
        const file = lab.file("known", lines.join("").replaceAll("PORT", `${port}`));
        const [we, they] = await Promise.all([ours(at, file), theirs(port, file)]);
        // OpenSSH, shown a certificate, asks the lines without a port even where one with the port holds another key: we do not.
        const stricter = at === 1 && they && lines.some(isBare);
        if (!stricter || we) expect(we).toBe(they);
        trusted += we ? 1 : 0;
      }),
      { numRuns: runs },
    );
    // Both answers were among them.
    expect([trusted > 0, trusted < runs]).toEqual([true, true]);
  },
);
