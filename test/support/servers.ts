import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { waitFor } from "../e2e/support/wait.ts";

/** Whether a program is there; tests that need it skip loudly where it is not. */
export function hasProgram(name: string, forWhat: string): boolean {
  const found = spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
  if (!found) console.warn(`SKIPPED: no ${name} on this machine (apt-get install ${name}), so ${forWhat}`);
  return found;
}

export interface Server {
  readonly url: string;
  readonly folder: string;
}

/** A server of Debian's packages on a port of its own, ready, and gone when the test has finished. */
async function started(name: string, args: (port: number, folder: string) => string[], ready: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `rp-${name}-`));
  const port = await freePort();
  const child: ChildProcess = spawn(name, args(port, folder), { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (said += text));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await waitFor(`the end of ${name}`, () => child.exitCode !== null || child.signalCode !== null);
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  for (let left = 600; ; left--) {
    const answers = await fetch(`${url}${ready}`)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (answers) return { url, folder };
    if (left === 0 || child.exitCode !== null) throw new Error(`${name} does not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function alertmanager(): Promise<Server> {
  return started(
    "prometheus-alertmanager",
    (port, folder) => {
      writeFileSync(join(folder, "config.yml"), "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n");
      return [
        `--config.file=${folder}/config.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ];
    },
    "/-/ready",
  );
}

/** Scrapes nothing but itself; `rules`: the text of a rule file. */
export function prometheus(rules = ""): Promise<Server> {
  return started(
    "prometheus",
    (port, folder) => {
      writeFileSync(join(folder, "rules.yml"), rules);
      writeFileSync(
        join(folder, "config.yml"),
        `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${rules === "" ? "" : "rule_files: [rules.yml]\n"}scrape_configs:\n  - job_name: self\n    static_configs: [{ targets: ["127.0.0.1:${port}"] }]\n`,
      );
      return [
        `--config.file=${folder}/config.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
    "/-/ready",
  );
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server of ours that notes what it is asked. `answer`: status and body; nothing: it never answers. */
export async function listener(answer: (asked: Asked) => { status: number; body?: string } | undefined) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      asked.push(one);
      const given = answer(one);
      if (given === undefined) return;
      response.statusCode = given.status;
      response.end(given.body ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Sets variables of the environment until the test has finished. */
export function withEnv(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
  onTestFinished(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
