import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, onTestFinished, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { door } from "./support/layout.ts";
import { Project } from "./support/project.ts";

/** Secrets that are planted in every place where somebody may have one, and that must turn up nowhere. */
const planted = {
  environment: "canary-in-environment-1f0c",
  passphrase: "canary-of-passphrase-77ab",
  configuration: "canary-in-configuration-9d2e",
  url: "canary-in-secret-output-53b8",
  answer: "canary-in-answer-c04f",
};

const program = `"use strict";
const pulumi = require("@pulumi/pulumi");
const { RollingPatch, simulated, http, command } = require("pulumi-rolling-patch");
const config = new pulumi.Config();
config.requireSecret("unused");
const url = config.requireSecret("base").apply((base) => base + "?api_key=${planted.url}");
const argv = (pid) => "(cat /proc/" + pid + "/cmdline 2>/dev/null || ps -o args= -p " + pid + ") >> child.txt";
const seen = "env > child.txt; " + argv("$PPID") + "; " + argv("$$");
const patch = new RollingPatch("fleet", {
  target: simulated({ file: "fleet.db" }),
  baseline: { version: pulumi.secret("8.0.3") },
  policy: pulumi.secret({ retries: 0 }),
  checks: [
    http("shop", { url, body: pulumi.secret("fine"), at: ["preflight"] }),
    command("look", { command: ["sh", "-c", seen], at: ["verify"] }),
  ],
});
exports.hosts = patch.hosts;
`;

test("planted secrets turn up in no state, log, journal, record, report, argv or environment of a child", async () => {
  const shop = await startShop();
  const project = await Project.create({
    fleet: fastFleet({ hosts: 3 }),
    program,
    env: {
      PULUMI_CONFIG_PASSPHRASE: planted.passphrase,
      VSPHERE_PASSWORD: planted.environment,
      AWS_SECRET_ACCESS_KEY: planted.environment,
      GITHUB_TOKEN: planted.environment,
    },
  });
  await project.pulumi("config", "set", "--secret", "unused", planted.configuration);
  await project.pulumi("config", "set", "--secret", "base", `http://127.0.0.1:${shop.port}/health`);
  const said = [(await project.preview("--diff")).output];

  shop.works = false;
  said.push(withoutMarshalling((await project.upFails("-v=9", "--logtostderr")).output));
  expect(said.at(-1)).toMatch(/check "shop" says HTTP 503/);
  shop.works = true;
  said.push((await project.up()).output);
  expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  expect(shop.asked.length).toBeGreaterThan(3);
  expect(shop.asked.every((path) => path.includes(planted.url))).toBe(true);

  said.push((await project.pulumi("stack", "export")).output);
  expect(said.at(-1)).toMatch(/ciphertext/);
  said.push((await project.pulumi("refresh", "--yes", "--skip-preview")).output);
  for (const text of said) expect(leaks(text)).toEqual([]);
  expect(project.read("child.txt")).toMatch(/^PATH=/m);
  expect(project.read("child.txt")).toMatch(door === "plugin" ? /pulumi-resource-rolling-patch/ : /dynamic-provider/);

  // What `continue` needs to ask the same checks: a secret that is an input is in it, for its owner's eyes only.
  expect(statSync(project.inputsFile).mode & 0o777).toBe(0o600);
  expect(leaks(readFileSync(project.inputsFile, "utf8"))).toEqual(["url"]);
  const known = [project.inputsFile, join(project.folder, "index.js")];
  const written = filesIn(project.folder).filter((path) => !known.includes(path));
  expect(written.some((path) => path.endsWith("journal.db"))).toBe(true);
  expect(written.some((path) => /plan-.*\.json$/.test(path))).toBe(true);
  for (const form of ["html", "md", "json"])
    expect(written.some((path) => path.includes("/reports/") && path.endsWith(`.${form}`))).toBe(true);
  for (const path of written) expect([path, leaks(readFileSync(path, "latin1"))]).toEqual([path, []]);
  expect(leaks(`of these ${planted.url}, none is missed`)).toEqual(["url"]);
});

/** A service that is asked with a key, and that tells secrets of its own while it is out of order. */
async function startShop() {
  const shop = { works: true, port: 0, asked: [] as string[] };
  const server = createServer((request, response) => {
    shop.asked.push(request.url ?? "");
    response.statusCode = shop.works ? 200 : 503;
    response.end(shop.works ? "fine" : `{"password": "${planted.answer}", "asked": "${request.url}"}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  shop.port = (server.address() as AddressInfo).port;
  return shop;
}

/** At this level Pulumi itself logs every property that it hands over, secrets included: what is left is what else was said. */
function withoutMarshalling(log: string): string {
  const lines = log.split("\n");
  const others = lines.filter((line) => !/arshaling property for RPC/.test(line));
  expect(others.length).toBeLessThan(lines.length);
  return others.join("\n");
}

/** Which of the planted secrets are in a text, as they are or encoded. */
function leaks(text: string): string[] {
  return Object.entries(planted).flatMap(([name, secret]) => {
    const forms = [secret, Buffer.from(secret).toString("base64").slice(0, 24), encodeURIComponent(secret)];
    return forms.some((form) => text.includes(form)) ? [name] : [];
  });
}

/** Files under a folder, links and packages left out. */
function filesIn(folder: string): string[] {
  const options = { absolute: true, dot: true, followSymbolicLinks: false, ignore: ["**/node_modules/**"] };
  return globSync("**", { cwd: folder, ...options });
}
