import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import type { Shells, SshHost, SshSettings } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { openShells } from "../../../../provider/drivers/libvirt/ssh/shells.ts";

/** The real server, as a distribution ships it; it wants to be called by its full path. */
export const sshdPath = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
  .map((folder) => join(folder, "sshd"))
  .find(existsSync);

if (sshdPath === undefined)
  console.warn("NO sshd HERE: nothing of the SSH layer is tested against a real server. Install openssh-server.");

export const user = userInfo().username;

/** A running sshd on a loopback port, with host keys and authorized keys of its own. */
export interface Sshd {
  readonly port: number;
  /** What it has written so far. */
  log(): string;
  /** Lines of known_hosts for its host keys, for a name ("[127.0.0.1]:PORT" if none is given). */
  known(name?: string): string;
  /** Signal to the server and the processes of its connections. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
  /** Kills the processes of its connections; the server goes on. */
  killSessions(): void;
}

/** A folder with a key that may log in, and the servers that are started in it. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), "ssh-lab-"));
  #key: string | undefined;
  readonly #running: Sshd[] = [];
  readonly #open: Shells[] = [];
  #count = 0;

  /** The key that may log in. */
  get key(): string {
    this.#key ??= this.newKey("user");
    return this.#key;
  }

  /** Makes a key pair and returns the private one's path. */
  newKey(name: string, ...options: string[]): string {
    const path = join(this.folder, name);
    const args = ["-q", "-f", path, "-C", name, ...(options.includes("-N") ? [] : ["-N", ""])];
    execFileSync("ssh-keygen", [...args, ...(options.includes("-t") ? [] : ["-t", "ed25519"]), ...options]);
    return path;
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** `types`: of host keys; `config`: further lines of sshd_config, which come first and so win. */
  async start(
    options: { readonly types?: readonly string[]; readonly config?: readonly string[] } = {},
  ): Promise<Sshd> {
    const { types = ["ed25519"], config = [] } = options;
    this.#count += 1;
    const name = `sshd${this.#count}`;
    const keys = types.map((type) => this.newKey(`${name}-${type}`, "-t", type));
    const port = await freePort();
    const settings = this.file(
      `${name}.conf`,
      [
        ...config,
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        ...keys.map((key) => `HostKey ${key}`),
        `AuthorizedKeysFile ${this.key}.pub`,
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "StrictModes no",
        "UsePAM no",
        "PidFile none",
        "MaxStartups 100",
        "LogLevel VERBOSE",
      ].join("\n"),
    );
    // Where sshd runs as root it wants this folder, which a distribution makes at boot.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    // sshd closes every descriptor that it might have before it runs a command: where millions are allowed, that takes its time.
    const start = 'ulimit -n 1024; exec "$0" -D -e -f "$1"';
    const server = spawn("sh", ["-c", start, sshdPath ?? "sshd", settings], { stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    await new Promise<void>((resolve, reject) => {
      server.stderr.on("data", (text) => {
        log += text;
        if (log.includes("Server listening")) resolve();
      });
      server.once("exit", () => reject(new Error(`sshd did not start: ${log}`)));
    });
    const sshd: Sshd = {
      port,
      log: () => log,
      known: (host = `[127.0.0.1]:${port}`) =>
        keys.map((key) => `${host} ${readFileSync(`${key}.pub`, "utf8").split(" ").slice(0, 2).join(" ")}\n`).join(""),
      signal: (signal) => {
        for (const one of [server.pid ?? 0, ...childrenOf(server.pid ?? 0)]) process.kill(one, signal);
      },
      killSessions: () => {
        for (const child of childrenOf(server.pid ?? 0)) process.kill(child, "SIGKILL");
      },
    };
    this.#running.push(sshd);
    return sshd;
  }

  /** Shells on hosts, with the lab's key and, unless others are named, a known_hosts file of these servers. Closed at the end. */
  open(hosts: readonly SshHost[], servers: readonly Sshd[], settings: SshSettings = {}): Shells {
    this.#count += 1;
    const known = this.file(`known${this.#count}`, servers.map((server) => server.known()).join(""));
    const { identities = [this.key] } = settings;
    const shells = openShells(hosts, { knownHosts: [known], agent: false, ...settings, identities });
    this.#open.push(shells);
    return shells;
  }

  end(): void {
    for (const shells of this.#open) shells.close();
    for (const sshd of this.#running)
      for (const signal of ["SIGCONT", "SIGKILL"] as const) {
        try {
          sshd.signal(signal);
        } catch {
          // It has ended already.
        }
      }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How a test reaches a server. */
export function hostAt(sshd: Sshd, more: Partial<SshHost> = {}): SshHost {
  return { name: "h1", address: "127.0.0.1", port: sshd.port, ...more };
}

/** All processes below one, except what a user's shell has started in a session of its own. */
function childrenOf(parent: number): number[] {
  const text = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8");
  const children = text
    .split(" ")
    .filter((one) => one !== "")
    .map(Number);
  return children
    .filter((one) => readFileSync(`/proc/${one}/comm`, "utf8").startsWith("sshd"))
    .flatMap((one) => [one, ...childrenOf(one)]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
