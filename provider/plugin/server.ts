import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ProviderConfig } from "../core/provider-config.ts";
import { type EngineLog, engineLog } from "../doors/engine-log.ts";
import type { Voice } from "../doors/speech.ts";
import { withEngine } from "../doors/with-engine.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { engineClient } from "./engine.ts";
import { statusOf } from "./errors.ts";
import { Functions } from "./functions.ts";
import { empty, grpc, plugin, provider, type providerPb, providerService } from "./library.ts";
import { ResourceMethods } from "./provider.ts";

/** What the plugin needs of the world. */
export interface World {
  readonly version: string;
  /** The Pulumi package schema, as JSON. Throws a RollError when it cannot be read. */
  schema(): string;
  /**
   * The lifecycles of this process from now on; loaded with the first call. `stop`: aborts when a safe point is asked for, with the
   * reason "engine" when nobody watches any more.
   */
  open(stop: AbortSignal): Promise<(voice: Voice) => Lifecycle>;
  /** Ends this process: its engine has died, and nothing is being done any more. */
  exit(): void;
  /** Puts what is configured into the environment of this process, where it has nothing by that name. */
  environment(config: ProviderConfig): void;
}

/** Bytes of the largest request: ten thousand hosts with their rows are a tenth of it. */
const LARGEST = 64 * 1024 * 1024;

/** A plugin that serves requests, until it is closed. */
export interface Served {
  readonly port: number;
  close(): void;
}

/** Serves the provider on a port of its own, on this machine only. `engine`: its address, as far as it is known. */
export async function serve(world: World, engine?: string): Promise<Served> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": LARGEST,
    "grpc.max_send_message_length": LARGEST,
  });
  const methods = new Methods(world, engine);
  server.addService(providerService.ResourceProviderService, methods.handlers());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    close() {
      methods.close();
      server.forceShutdown();
    },
  };
}

/** One engine's dealings with this process. */
class Methods {
  readonly #world: World;
  readonly #resource: ResourceMethods;
  readonly #functions: Functions;
  #engine: string | undefined;
  #stop = new AbortController();
  #lifecycles: Promise<(voice: Voice) => Lifecycle> | undefined;
  #bound: ReturnType<typeof withEngine> | undefined;
  #said = new Set<string>();

  constructor(world: World, engine: string | undefined) {
    this.#world = world;
    const log = engineLog(
      () => (this.#engine === undefined ? undefined : engineClient(this.#engine)),
      (text) => console.error(text),
    );
    const that = this;
    this.#resource = new ResourceMethods({
      log,
      off: process.env.ROLLING_PATCH_ROWS === "off",
      get said() {
        return that.#said;
      },
      open: async (rows) => (await this.#opened())(rows),
      working: (act) => this.#bound?.working(act) ?? act(),
    });
    this.#functions = new Functions(async () => (await this.#opened())(silent(log)));
    if (engine !== undefined) this.#attach(engine);
  }

  handlers(): UntypedServiceImplementation {
    const resource = this.#resource;
    return {
      handshake: answering((request: providerPb.ProviderHandshakeRequest) => this.#handshake(request)),
      attach: answering((request: { getAddress(): string }) => {
        this.#attach(request.getAddress());
        return new empty.Empty();
      }),
      getPluginInfo: answering(() => {
        const info = new plugin.PluginInfo();
        info.setVersion(this.#world.version);
        return info;
      }),
      getSchema: answering(() => {
        const response = new provider.GetSchemaResponse();
        response.setSchema(this.#world.schema());
        return response;
      }),
      checkConfig: answering(async (request: providerPb.CheckRequest) => {
        const { checkConfig } = await import("./config.ts");
        return checkConfig(request);
      }),
      diffConfig: answering(() => new provider.DiffResponse()),
      configure: answering((request: providerPb.ConfigureRequest) => this.#configure(request)),
      invoke: answering((request: providerPb.InvokeRequest) => this.#functions.invoke(request)),
      check: answering((request: providerPb.CheckRequest) => resource.check(request)),
      diff: answering((request: providerPb.DiffRequest) => resource.diff(request)),
      create: answering((request: providerPb.CreateRequest) => resource.create(request)),
      read: answering((request: providerPb.ReadRequest) => resource.read(request)),
      update: answering((request: providerPb.UpdateRequest) => resource.update(request)),
      delete: answering((request: providerPb.DeleteRequest) => resource.delete(request)),
      cancel: answering(() => {
        this.#stop.abort("cancelled");
        return new empty.Empty();
      }),
    };
  }

  close(): void {
    this.#bound?.close();
  }

  #handshake(request: providerPb.ProviderHandshakeRequest) {
    this.#attach(request.getEngineAddress());
    const response = new provider.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }

  async #configure(request: providerPb.ConfigureRequest) {
    const { configured } = await import("./config.ts");
    this.#world.environment(configured(request));
    this.#anew();
    const response = new provider.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  /** The engine that watches over this process from now on. */
  #attach(address: string): void {
    if (address === "" || address === this.#engine) return;
    this.#engine = address;
    this.#anew();
    this.#bound?.close();
    this.#bound = withEngine(address, () => this.#stop.abort("engine"), this.#world.exit);
  }

  /** Another command may have begun: nothing is remembered from the one before, and its end is not ours. */
  #anew(): void {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    this.#lifecycles = undefined;
    this.#said = new Set();
  }

  #opened(): Promise<(voice: Voice) => Lifecycle> {
    this.#lifecycles ??= this.#world.open(this.#stop.signal);
    return this.#lifecycles;
  }
}

/** A question is answered, and nothing is said besides; a warning is. */
function silent(log: EngineLog): Voice {
  return {
    say: (text, severity) => {
      if (severity === "warning") log.say(text, severity);
    },
    progress: () => {},
    tell: () => {},
  };
}

function answering<Q>(method: (request: Q) => unknown): handleUnaryCall<Q, unknown> {
  return (call, answer) => {
    new Promise((resolve) => resolve(method(call.request))).then(
      (response) => answer(null, response),
      (error) => answer(statusOf(error)),
    );
  };
}
