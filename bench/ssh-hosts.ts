import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";

/** What an observation of a host prints, about. */
const ANSWER = `${"x".repeat(79)}\n`.repeat(50);

/**
 * `node bench/ssh-hosts.ts KEY`: stands in for the sshd of any number of hosts, and runs nothing: it answers every script at once with
 * 4,000 bytes. Prints its port and its host key for known_hosts as one JSON line; ends with its standard input.
 */
const folder = mkdtempSync(join(tmpdir(), "ssh-hosts-"));
const keyFile = join(folder, "host");
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
const hostKey = readFileSync(keyFile);
const known = readFileSync(`${keyFile}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
rmSync(folder, { recursive: true });

const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
  client.on("error", () => {});
  client.on("authentication", (asked) => (asked.method === "publickey" ? asked.accept() : asked.reject(["publickey"])));
  client.on("session", (accept) => {
    accept().on("exec", (acceptExec) => {
      const channel = acceptExec();
      let text = "";
      channel.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1");
      });
      channel.once("end", () => {
        const mark = /^echo (\S+)/.exec(text)?.[1] ?? "";
        channel.stderr.write(`${mark} 1\n`);
        channel.write(`${mark} 1\n${ANSWER}`);
        channel.exit(0);
        channel.end();
      });
    });
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ port, known }));
});
process.stdin.resume().once("end", () => process.exit());
