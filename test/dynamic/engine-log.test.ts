import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { engineLog } from "../../provider/doors/engine-log.ts";
import { engineClient } from "../../provider/dynamic/engine-client.ts";

const here = createRequire(import.meta.url);
const sdk = createRequire(here.resolve("@pulumi/pulumi/package.json"));
const grpc = sdk("@grpc/grpc-js");
const { EngineService } = sdk("./proto/engine_grpc_pb.js");
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb.js");

test("texts reach the engine whole, in order, as what they are", async () => {
  const heard: unknown[] = [];
  const server = new grpc.Server();
  const none = (_call: unknown, answer: (error: null, value: unknown) => void): void => answer(null, new Empty());
  server.addService(EngineService, {
    log(
      call: { request: Record<"getMessage" | "getSeverity" | "getEphemeral", () => unknown> },
      answer: (error: null, value: unknown) => void,
    ) {
      const { request } = call;
      heard.push([request.getMessage(), request.getSeverity(), request.getEphemeral()]);
      answer(null, new Empty());
    },
    getRootResource: none,
    setRootResource: none,
    startDebugging: none,
    requirePulumiVersion: none,
  });
  const port = await new Promise<number>((resolve) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error: unknown, bound: number) =>
      resolve(bound),
    );
  });
  const printed: string[] = [];
  const log = engineLog(
    () => engineClient(`127.0.0.1:${port}`),
    (text) => printed.push(text),
  );
  log.say("a plan\n  of two lines", "info");
  log.say("h1 rebooting", "progress");
  log.say("h1 does not answer", "warning");
  await log.flush();
  server.forceShutdown();
  expect(heard).toEqual([
    ["a plan\n  of two lines", 1, false],
    ["h1 rebooting", 1, true],
    ["h1 does not answer", 2, false],
  ]);
  expect(printed).toEqual([]);
});

test.each([[undefined], ["127.0.0.1:1"]])(
  "with an engine at %s they are printed, what is passing left out",
  async (address) => {
    const printed: string[] = [];
    const log = engineLog(
      () => engineClient(address),
      (text) => printed.push(text),
    );
    log.say("a plan", "info");
    log.say("h1 rebooting", "progress");
    log.say("h1 does not answer", "warning");
    await log.flush();
    expect(printed).toEqual(["a plan", "warning: h1 does not answer"]);
  },
);
