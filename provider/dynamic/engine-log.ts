import { createRequire } from "node:module";

/** Texts for people, to the engine that started this process. */
export interface EngineLog {
  /** Whole lines; `progress` shows only until the next one, where the terminal can do that. */
  say(text: string, severity: "info" | "warning" | "progress"): void;
  /** Resolves when the engine has taken everything that was said. */
  flush(): Promise<void>;
}

/**
 * The engine's own log: a text of several lines stays together there, and a warning is one, neither of which holds for what a
 * provider prints. `print` takes over when the engine cannot be reached that way. `address`: where the engine listens.
 */
export function engineLog(address: string | undefined, print: (text: string) => void): EngineLog {
  let client = address === undefined ? undefined : clientOf(address);
  let queue: Promise<void> = Promise.resolve();
  return {
    say(text, severity) {
      queue = queue.then(async () => {
        if (client !== undefined && (await client.log(text, severity))) return;
        client = undefined;
        if (severity !== "progress") print(severity === "warning" ? `warning: ${text}` : text);
      });
    },
    flush: () => queue,
  };
}

interface Client {
  /** False when the engine did not take it. */
  log(text: string, severity: "info" | "warning" | "progress"): Promise<boolean>;
}

/** What of Pulumi's generated stubs is used; they are loaded already in a process that hosts dynamic providers. */
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

/** Longest that the engine may take to answer, milliseconds. */
const PATIENCE = 5_000;

function clientOf(address: string): Client | undefined {
  const stubs = stubsOf();
  if (stubs === undefined) return undefined;
  const { grpc, service, messages } = stubs;
  const client = new service.EngineClient(address, grpc.credentials.createInsecure());
  return {
    log(text, severity) {
      const request = new messages.LogRequest();
      request.setSeverity(messages.LogSeverity[severity === "warning" ? "WARNING" : "INFO"]);
      request.setMessage(text);
      request.setUrn("");
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
