import { createRequire } from "node:module";
import { type EngineClient, PATIENCE } from "../doors/engine-log.ts";

/** Speaks to the engine with Pulumi's own stubs, which are loaded already in a process that hosts dynamic providers. Undefined: it cannot. */
export function engineClient(address: string | undefined): EngineClient | undefined {
  const stubs = address === undefined ? undefined : stubsOf();
  if (address === undefined || stubs === undefined) return undefined;
  const { grpc, service, messages } = stubs;
  const client = new service.EngineClient(address, grpc.credentials.createInsecure());
  return {
    log(text, severity, urn) {
      const request = new messages.LogRequest();
      request.setSeverity(messages.LogSeverity[severity === "warning" ? "WARNING" : "INFO"]);
      request.setMessage(text);
      request.setUrn(urn);
      request.setStreamid(0);
      request.setEphemeral(severity === "progress");
      return new Promise((resolve) => {
        client.log(request, { deadline: Date.now() + PATIENCE }, (error) =>
          resolve(error === null || error === undefined),
        );
      });
    },
  };
}

/** What of Pulumi's generated stubs is used. */
interface Stubs {
  readonly grpc: { credentials: { createInsecure(): unknown } };
  readonly service: {
    EngineClient: new (
      address: string,
      credentials: unknown,
    ) => { log(request: unknown, options: object, answer: (error: unknown) => void): void };
  };
  readonly messages: {
    LogRequest: new () => Record<
      "setSeverity" | "setMessage" | "setUrn" | "setStreamid" | "setEphemeral",
      (value: unknown) => void
    >;
    LogSeverity: Readonly<Record<"INFO" | "WARNING", number>>;
  };
}

/** Undefined where Pulumi's SDK cannot be found from here, or has another shape. */
function stubsOf(): Stubs | undefined {
  try {
    const here = createRequire(import.meta.url);
    const sdk = createRequire(here.resolve("@pulumi/pulumi/package.json"));
    return {
      grpc: sdk("@grpc/grpc-js"),
      service: sdk("./proto/engine_grpc_pb.js"),
      messages: sdk("./proto/engine_pb.js"),
    };
  } catch {
    return undefined;
  }
}
