import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { ask, heldClock } from "./asking.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener): Promise<number> => listening(createServer(listener));

describe("an http check", () => {
  test("passes on the expected status", async () => {
    const port = await serve((_, response) => response.end("fine"));
    const result = await ask({ kind: "http", name: "shop", url: `http://127.0.0.1:${port}/health` });
    expect(result).toEqual({
      name: "shop",
      passed: true,
      evidence: expect.stringMatching(/^HTTP 200 after \d+ ms \(http:/),
    });
  });

  test("fails on another status, saying both", async () => {
    const port = await serve((_, response) => response.writeHead(503).end());
    const result = await ask({ kind: "http", name: "shop", url: `http://127.0.0.1:${port}/` });
    expect(result.passed).toBe(false);
    expect(result.evidence).toMatch(/^HTTP 503 after \d+ ms, expected 200 /);
  });

  test("does not follow redirects", async () => {
    const port = await serve((_, response) => response.writeHead(302, { location: "/login" }).end());
    expect((await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/` })).evidence).toMatch(/^HTTP 302 /);
    expect(await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/`, status: 302 })).toMatchObject({
      passed: true,
    });
  });

  test("looks for a text in the body, across chunks, and does not repeat the text", async () => {
    const port = await serve((_, response) => {
      response.write('{"sta');
      setImmediate(() => response.end('tus":"ok"}'));
    });
    const url = `http://127.0.0.1:${port}/`;
    expect(await ask({ kind: "http", name: "a", url, body: '"status":"ok"' })).toMatchObject({ passed: true });
    const failed = await ask({ kind: "http", name: "a", url, body: "hunter2" });
    expect(failed).toMatchObject({ passed: false });
    expect(failed.evidence).toMatch(/but the 15 bytes of the body lack the expected text/);
    expect(failed.evidence).not.toContain("hunter2");
  });

  test("gives up on an endless body after its first 64 KiB", async () => {
    const port = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const result = await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/`, body: "ok" });
    expect(result).toMatchObject({
      passed: false,
      evidence: expect.stringContaining("the first 64 KiB of the body lack"),
    });
  });

  test("says that nobody listens, and that a connection was cut", async () => {
    const port = await serve((request) => request.socket.destroy());
    expect((await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/` })).evidence).toMatch(
      /^(socket hang up|connection reset) after/,
    );
    servers.splice(0)[0]?.close();
    expect((await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/` })).evidence).toMatch(
      /^connection refused after/,
    );
  });

  test("a server that never answers: gives up at the timeout", async () => {
    const clock = heldClock();
    const port = await serve(() => clock.expire());
    const result = await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/`, timeout: "5s" }, { clock });
    expect(result).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^gave up after 5 s: no answer after/),
    });
  });

  test("an abort of the signal is not an answer: it throws", async () => {
    const controller = new AbortController();
    const port = await serve(() => controller.abort("stop"));
    const asking = ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/` }, { signal: controller.signal });
    await expect(asking).rejects.toMatchObject({ kind: "cancelled", message: 'The check "a" was cancelled.' });
  });

  test("the query string never shows", async () => {
    const port = await serve((_, response) => response.writeHead(500).end());
    const result = await ask({ kind: "http", name: "a", url: `http://127.0.0.1:${port}/x?key=hunter2&b=1` });
    expect(result.evidence).toContain("/x?…");
    expect(result.evidence).not.toMatch(/hunter2|key=/);
  });
});

describe("{host} in a URL", () => {
  test("is a name in the authority, and encoded after it", async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.url);
      response.end();
    });
    await ask({ kind: "http", name: "a", url: `http://{host}:${port}/of/{host}?h={host}` }, { host: "127.0.0.1" });
    await ask(
      { kind: "http", name: "a", url: `http://127.0.0.1:${port}/of/{host}?h={host}` },
      { host: "a/b?c&d#e $& ü" },
    );
    const encoded = encodeURIComponent("a/b?c&d#e $& ü");
    expect(seen).toEqual(["/of/127.0.0.1?h=127.0.0.1", `/of/${encoded}?h=${encoded}`]);
  });

  test.each(["evil.example/", "user@evil", "a b", "h1:99", "", "h\n1", "[::1"])(
    "refuses the name %j in the authority",
    async (host) => {
      const result = await ask({ kind: "http", name: "a", url: "http://{host}:1/" }, { host });
      expect(result).toMatchObject({ passed: false, evidence: expect.stringContaining("cannot stand in an address") });
    },
  );

  test("fails when no host is at hand", async () => {
    const result = await ask({ kind: "http", name: "a", url: "http://127.0.0.1/{host}" });
    expect(result).toMatchObject({ passed: false, evidence: "asks for {host}, but no host is at hand" });
  });
});

describe("https", () => {
  const file = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
  const secure = async (name: string, options: TlsOptions = {}): Promise<string> => {
    const pem = readFileSync(file(name));
    const port = await listening(createTlsServer({ key: pem, cert: pem, ...options }, (_, response) => response.end()));
    return `https://localhost:${port}/`;
  };

  test("verifies the certificate, even where the environment says not to", async () => {
    const urls = [
      await secure("good.pem"),
      await secure("expired.pem"),
      await secure("other-name.pem"),
      await secure("self-signed.pem"),
      await secure("good.pem", { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" }),
    ];
    const trusting = { NODE_EXTRA_CA_CERTS: file("ca.pem"), NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const verdicts = await asked(urls, trusting);
    expect(verdicts).toEqual([
      expect.stringMatching(/^pass: HTTP 200/),
      expect.stringMatching(/^fail: certificate not accepted: certificate has expired/),
      expect.stringMatching(/^fail: certificate not accepted: Hostname\/IP does not match/),
      expect.stringMatching(/^fail: certificate not accepted: self-signed certificate/),
      expect.stringMatching(/^fail: .*(protocol version|unsupported protocol|alert)/i),
    ]);
    expect(await asked([urls[0] ?? ""], { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toEqual([
      expect.stringMatching(/^fail: certificate not accepted: unable to verify/),
    ]);
  });

  /** The verdicts of a process with that environment. */
  async function asked(urls: string[], env: Record<string, string>): Promise<string[]> {
    const script = fileURLToPath(new URL("ask-https.ts", import.meta.url));
    const child = spawn(process.execPath, ["--experimental-strip-types", "--no-warnings", script, ...urls], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await once(child, "close");
    const results: { passed: boolean; evidence: string }[] = JSON.parse(output);
    return results.map(({ passed, evidence }) => `${passed ? "pass" : "fail"}: ${evidence}`);
  }
});
