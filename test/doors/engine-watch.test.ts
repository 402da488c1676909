import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { engineAddress, watchEngine } from "../../provider/doors/engine-watch.ts";

let close = (): void => {};
afterEach(() => close());

describe("the watch on the engine", () => {
  test("notices that nobody listens any more, and not before", async () => {
    const { server, address } = await listening();
    let dead = false;
    const died = new Promise<void>((resolve) => {
      close = watchEngine({ address, every: 5, parent: () => "same" }, () => {
        dead = true;
        resolve();
      });
    });
    for (let looks = 0; looks < 8; looks++) await once(server, "connection");
    expect(dead).toBe(false);
    server.close();
    await died;
  });

  test("notices that its parents have changed", async () => {
    const { server, address } = await listening();
    let parent = "4711 of 4710";
    const died = new Promise<void>((resolve) => {
      close = watchEngine({ address, every: 5, parent: () => parent }, resolve);
    });
    await once(server, "connection");
    parent = "4711 of 1";
    await died;
    server.close();
  });

  test("without an address the parents alone are watched", async () => {
    let looks = 0;
    await new Promise<void>((resolve) => {
      close = watchEngine({ address: undefined, every: 5, parent: () => (looks++ < 3 ? "a" : "b") }, resolve);
    });
    expect(looks).toBe(4);
  });

  test("the address is the last argument, whatever comes before it", () => {
    expect(engineAddress(["node", "index.js", "-v=9", "127.0.0.1:41234"])).toBe("127.0.0.1:41234");
    expect(engineAddress(["node", "index.js", "[::1]:41234"])).toBe("[::1]:41234");
    expect(engineAddress(["node", "index.js"])).toBeUndefined();
    expect(engineAddress([])).toBeUndefined();
  });
});

async function listening(): Promise<{ server: Server; address: string }> {
  const server = createServer((socket) => socket.resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, address: `127.0.0.1:${address.port}` };
}
