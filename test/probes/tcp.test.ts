import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { ask, heldClock } from "./asking.ts";

async function listener(): Promise<{ port: number; close(): void; received: Buffer[] }> {
  const received: Buffer[] = [];
  const server = createServer((socket) => socket.on("data", (chunk) => received.push(chunk)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close(), received };
}

test("passes when somebody listens, and sends nothing", async () => {
  const { port, close, received } = await listener();
  const result = await ask({ kind: "tcp", name: "db", address: "{host}", port }, { host: "127.0.0.1" });
  expect(result).toEqual({
    name: "db",
    passed: true,
    evidence: expect.stringMatching(new RegExp(`^connected to 127\\.0\\.0\\.1 port ${port} after \\d+ ms$`)),
  });
  expect(received).toEqual([]);
  close();
});

test("fails when nobody listens", async () => {
  const { port, close } = await listener();
  close();
  const result = await ask({ kind: "tcp", name: "db", address: "127.0.0.1", port });
  expect(result).toMatchObject({
    passed: false,
    evidence: expect.stringMatching(/^connection refused after \d+ ms \(127/),
  });
});

test("fails on a name that does not exist, and on hostile ones", async () => {
  const result = await ask({ kind: "tcp", name: "db", address: "no-such-host.invalid", port: 1 });
  expect(result).toMatchObject({ passed: false, evidence: expect.stringMatching(/name not found/) });
  expect(await ask({ kind: "tcp", name: "db", address: "{host}", port: 1 }, { host: "a b;rm" })).toMatchObject({
    passed: false,
    evidence: expect.stringContaining("cannot stand in an address"),
  });
});

test("gives up at the timeout, and throws on abort", async () => {
  const clock = heldClock();
  // A reserved address: nothing answers. Time passes as soon as it is asked.
  const asking = ask({ kind: "tcp", name: "db", address: "192.0.2.1", port: 9, timeout: "3s" }, { clock });
  clock.expire();
  expect((await asking).evidence).toMatch(/^gave up after 3 s: /);
  const signal = AbortSignal.abort();
  await expect(ask({ kind: "tcp", name: "db", address: "192.0.2.1", port: 9 }, { signal })).rejects.toMatchObject({
    kind: "cancelled",
  });
});
