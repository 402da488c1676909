import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { measuring, named, samplesOf, until } from "./measuring.ts";

const cleanUps: (() => void)[] = [];
const clean = (end: () => void): void => void cleanUps.push(end);
afterEach(() => {
  for (const end of cleanUps.splice(0)) end();
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  clean(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener): Promise<number> => listening(createServer(listener));

const failures = (samples: readonly (number | null)[]) => samples.filter((one) => one === null).length;

describe("an http probe", () => {
  test("asks each workload at its own place, with a new connection each time", async () => {
    const asked: string[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      asked.push(String(request.url));
      response.end("all fine");
    }).on("connection", () => {
      connections += 1;
    });
    const port = await listening(server);
    const rig = measuring(
      { kind: "http", url: `http://{address}:${port}/of/{workload}`, body: "fine" },
      [named("a b", { address: "127.0.0.1" }), named("c", { address: "localhost" })],
      clean,
    );
    const slices = await rig.slices(3);
    expect(new Set(asked)).toEqual(new Set(["/of/a%20b", "/of/c"]));
    expect(connections).toBe(asked.length);
    expect(failures(samplesOf(slices))).toBe(0);
    expect(new Set(slices.map(({ workload }) => workload))).toEqual(new Set(["a b", "c"]));
  });

  test("kept: one connection for each workload", async () => {
    let [connections, requests] = [0, 0];
    const server = createServer((_, response) => {
      requests += 1;
      response.end("ok");
    }).on("connection", () => {
      connections += 1;
    });
    const port = await listening(server);
    const probe = { kind: "http", url: `http://127.0.0.1:${port}/{workload}`, connection: "kept" };
    const rig = measuring(probe, ["a", "b"], clean);
    await rig.slices(3);
    expect(requests).toBeGreaterThan(16);
    expect(connections).toBe(2);
  });

  test("a redirect is not followed, for ever least of all: a failure that says so", async () => {
    let asked = 0;
    const port = await serve((request, response) => {
      asked += 1;
      response.writeHead(302, { location: `${request.url}again?token=hunter2` }).end();
    });
    const rig = measuring({ kind: "http", url: `http://127.0.0.1:${port}/{workload}` }, ["a"], clean);
    const samples = samplesOf(await rig.slices());
    expect(samples.length).toBeGreaterThan(3);
    expect(failures(samples)).toBe(samples.length);
    expect(asked).toBeLessThan(20);
    expect(rig.meter.notes.join()).toMatch(
      /"shop": failures among \d+ requests: \d+ × HTTP 302, a redirect, which is not followed/,
    );
    expect(rig.meter.notes.join()).not.toMatch(/hunter2/);
  });

  test("another status, a missing text, a connection that is cut, nobody there: failures with their reasons", async () => {
    const port = await serve((request, response) => {
      if (request.url === "/status") response.writeHead(500).end();
      else if (request.url === "/text") response.end("nothing of the kind");
      else response.destroy();
    });
    const at = { address: "127.0.0.1" };
    const rig = measuring(
      { kind: "http", url: `http://{address}:${port}/{workload}`, body: "ok", timeout: "1s" },
      [named("status", at), named("text", at), named("cut", at)],
      clean,
    );
    const samples = samplesOf(await rig.slices());
    expect(samples.length).toBeGreaterThan(6);
    expect(failures(samples)).toBe(samples.length);
    const notes = rig.meter.notes.join();
    expect(notes).toMatch(/HTTP 500/);
    expect(notes).toMatch(/an answer without the expected text/);
    expect(notes).toMatch(/connection reset|socket hang up/);
  });

  test("certificates are verified, against the name that is asked for", async () => {
    const pem = (name: string) => readFileSync(fileURLToPath(new URL(`tls/${name}`, import.meta.url)));
    const port = await listening(
      createTlsServer({ key: pem("self-signed.pem"), cert: pem("self-signed.pem") }, (_, response) =>
        response.end("ok"),
      ),
    );
    const rig = measuring(
      { kind: "http", url: `https://127.0.0.1:${port}/{workload}`, serverName: "localhost" },
      ["a"],
      clean,
    );
    expect(failures(samplesOf(await rig.slices()))).toBeGreaterThan(0);
    expect(rig.meter.notes.join()).toMatch(/certificate not accepted/);
  });

  test("a name that cannot stand in a URL is a failure that says so, and asks nobody", async () => {
    const rig = measuring({ kind: "http", url: "http://{workload}.localhost/" }, [named("evil/../host@x")], clean);
    expect(failures(samplesOf(await rig.slices()))).toBeGreaterThan(0);
    expect(rig.meter.notes.join()).toMatch(/the workload's name "evil[^"]*" cannot stand in an address/);
  });
});

describe("a tcp probe", () => {
  test("opens and closes connections; refused ones are failures", async () => {
    let opened = 0;
    const server = createTcpServer((socket) => {
      opened += 1;
      socket.on("error", () => {}).resume();
    });
    const port = await listening(server);
    const rig = measuring({ kind: "tcp", port }, [named("a", { address: "127.0.0.1" })], clean);
    expect(failures(samplesOf(await rig.slices()))).toBe(0);
    expect(opened).toBeGreaterThan(8);
    server.close();
    await until(async () => (await rig.slices()).at(-1)?.samples.every((one) => one === null) === true);
    expect(rig.meter.notes.join()).toMatch(/connection refused/);
  });

  test("held: one connection that survives a move; when it breaks, a failure, and then a new one", async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {}).resume();
    });
    const port = await listening(server);
    const at = { address: "127.0.0.1" };
    const rig = measuring({ kind: "tcp", port, hold: true }, [named("a", at)], clean);
    await rig.slices(2);
    rig.follow(named("a", { ...at, host: "h2" }));
    const before = await rig.slices(5);
    expect(sockets).toHaveLength(1);
    expect(failures(samplesOf(before))).toBe(0);
    expect(new Set(before.map(({ host }) => host))).toEqual(new Set(["h1", "h2"]));
    sockets[0]?.destroy();
    await until(() => sockets.length === 2);
    const samples = samplesOf(await rig.slices(9));
    expect(failures(samples)).toBe(1);
    // One failure among many is what was measured, and nothing to be warned of.
    expect(rig.meter.notes).toEqual([]);
    rig.meter.close();
    await until(() => sockets[1]?.destroyed === true || sockets[1]?.readyState !== "open");
  });
});

describe("a command probe", () => {
  test("runs a program for each workload; how long it takes, and whether it ends well", async () => {
    const script = 'case "$1" in good) sleep 0.05;; *) echo "no order for $1: token=hunter2"; exit 3;; esac';
    const probe = { kind: "command", command: ["/bin/sh", "-c", script, "sh", "{workload}"], every: "2s" };
    const rig = measuring(probe, ["good", "bad"], clean);
    const slices = await rig.slices(4);
    const of = (id: string) => samplesOf(slices.filter(({ workload }) => workload === id));
    expect(of("good").length).toBeGreaterThan(2);
    expect(of("good").every((one) => one !== null && one >= 50)).toBe(true);
    expect(failures(of("bad"))).toBe(of("bad").length);
    expect(rig.meter.notes.join()).toMatch(/× exit code 3: no order for bad: token=…/);
  });

  test("one that takes too long is killed, with all that it started", async () => {
    // Odd numbers of seconds: nobody else sleeps as long.
    const [one, other] = [`30.${process.pid}`, `31.${process.pid}`];
    const probe = {
      kind: "command",
      command: ["/bin/sh", "-c", `sleep ${one} & exec sleep ${other}`, "sh", "{workload}"],
    };
    const rig = measuring({ ...probe, every: "3s", timeout: "200ms" }, ["a"], clean);
    const samples = samplesOf(await rig.slices());
    expect(samples.length).toBeGreaterThan(0);
    expect(failures(samples)).toBe(samples.length);
    rig.meter.close();
    await until(() => !new RegExp(`sleep (${one}|${other})`).test(execFileSync("ps", ["-eo", "args"]).toString()));
  });
});
