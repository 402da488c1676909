import { isDeepStrictEqual } from "node:util";
import {
  empty,
  engineService,
  grpc,
  provider,
  type providerPb,
  providerService,
  rpcStatus,
  status,
  type statusPb,
  statusService,
} from "../../provider/plugin/library.ts";
import { serve, type World } from "../../provider/plugin/server.ts";
import { decode, encode } from "../../provider/plugin/struct.ts";
import { HOST, RESOURCE } from "../../provider/plugin/urn.ts";
import type { Stage } from "../lifecycle/stage.ts";

type Json = Record<string, unknown>;

export interface Logged {
  readonly urn: string;
  readonly text: string;
  readonly severity: "info" | "warning";
  readonly ephemeral: boolean;
}

export interface Step {
  readonly op: "same" | "create" | "update" | "delete";
  readonly host: string;
  readonly old: Json | undefined;
  readonly new: Json | undefined;
  readonly error: string;
}

/** A view in the state. */
interface View {
  readonly name: string;
  readonly outputs: Json;
}

/** What the engine has saved of the resource. */
export interface State {
  id: string;
  inputs: ReturnType<typeof encode>;
  outputs: ReturnType<typeof encode>;
  refreshBeforeUpdate: boolean;
  initErrors: string[];
}

const version = "1.2.3";

/**
 * What the engine does to a plugin, in the order in which it does it, with its rules as errors: a view that is named as old must be known, a
 * view is published once in an operation, paths of a diff must resolve, no view may be left behind by a delete. Speaks gRPC with the real server.
 */
export class FakeEngine {
  readonly name: string;
  readonly logged: Logged[] = [];
  /** Rules of the engine that were broken. */
  readonly broken: string[] = [];
  state: State | undefined;
  readonly views = new Map<string, View>();
  steps: Step[] = [];
  /** Whether the engine has rows. */
  readonly #rows: boolean;
  #server: InstanceType<typeof grpc.Server> | undefined;
  #address = "";
  #token: string | undefined;
  #count = 0;
  #close: (() => void)[] = [];
  client!: InstanceType<typeof providerService.ResourceProviderClient>;
  /** Address of the plugin. */
  plugin = "";

  private constructor(name: string, rows: boolean) {
    this.name = name;
    this.#rows = rows;
  }

  get urn(): string {
    return `urn:pulumi:prod::shop::${RESOURCE}::${this.name}`;
  }

  static async start(world: World, { name = "fleet", rows = true } = {}): Promise<FakeEngine> {
    const engine = new FakeEngine(name, rows);
    await engine.#listen();
    const served = await serve(world);
    engine.plugin = `127.0.0.1:${served.port}`;
    engine.client = new providerService.ResourceProviderClient(engine.plugin, grpc.credentials.createInsecure(), {
      "grpc.max_send_message_length": -1,
    });
    engine.#close.push(served.close, () => engine.client.close());
    const hello = new provider.ProviderHandshakeRequest();
    hello.setEngineAddress(engine.#address);
    hello.setSupportsViews(rows);
    hello.setSupportsRefreshBeforeUpdate(true);
    const answer = await engine.call<providerPb.ProviderHandshakeResponse>("handshake", hello);
    if (!answer.getAcceptSecrets()) engine.broken.push("secrets are not accepted");
    await engine.configure({});
    return engine;
  }

  async configure(config: Json): Promise<void> {
    const check = new provider.CheckRequest();
    check.setNews(encode(config));
    const checked = await this.call<providerPb.CheckResponse>("checkConfig", check);
    if (checked.getFailuresList().length > 0) throw new Error(checked.getFailuresList()[0]?.getReason());
    const configure = new provider.ConfigureRequest();
    configure.setArgs(checked.getInputs());
    const configured = await this.call<providerPb.ConfigureResponse>("configure", configure);
    if (!configured.getSupportspreview() || !configured.getAcceptsecrets())
      this.broken.push("no preview, or no secrets");
  }

  close(): void {
    for (const close of this.#close) close();
    this.#server?.forceShutdown();
  }

  /** One call, whatever it is. Rejects with the gRPC error. */
  call<T>(method: string, request: unknown): Promise<T> {
    const of = this.client as unknown as Record<
      string,
      (request: unknown, answer: (error: unknown, response: T) => void) => void
    >;
    return new Promise((resolve, reject) =>
      of[method]?.call(this.client, request, (error: unknown, response: T) =>
        error ? reject(error) : resolve(response),
      ),
    );
  }

  /** `pulumi preview` (nothing is saved) or `pulumi up --skip-preview`. */
  async run(declared: Json, preview: boolean, secrets: readonly (readonly (string | number)[])[] = []): Promise<Run> {
    this.steps = [];
    const kept = { state: this.state, views: new Map(this.views) };
    try {
      return await this.#run(encode(declared, secrets), preview);
    } finally {
      if (preview) {
        this.state = kept.state;
        this.views.clear();
        for (const [name, view] of kept.views) this.views.set(name, view);
      }
    }
  }

  async #run(declared: ReturnType<typeof encode>, preview: boolean): Promise<Run> {
    if (this.state?.refreshBeforeUpdate === true) await this.read();
    const { inputs, failures } = await this.check(declared);
    if (failures.length > 0) return { step: "failed", failures, paths: [], failure: undefined };
    if (this.state === undefined) return this.#create(inputs, preview);
    const { changes, replaces, paths } = await this.diff(inputs);
    if (replaces.length > 0) return { step: "replace", failures: [], paths, failure: undefined };
    if (!changes && this.state.initErrors.length === 0) {
      this.state = { ...this.state, inputs };
      return { step: "same", failures: [], paths, failure: undefined };
    }
    return this.#update(inputs, preview, paths);
  }

  async check(news: ReturnType<typeof encode>): Promise<{ inputs: ReturnType<typeof encode>; failures: string[] }> {
    const request = new provider.CheckRequest();
    request.setUrn(this.urn);
    request.setOlds(this.state?.inputs ?? encode({}));
    request.setNews(news);
    const response = await this.call<providerPb.CheckResponse>("check", request);
    const inputs = response.getInputs();
    if (inputs === undefined) throw new Error("Check gave no inputs");
    return { inputs, failures: response.getFailuresList().map((one) => one.getReason()) };
  }

  async diff(news: ReturnType<typeof encode>) {
    const { state } = this;
    if (state === undefined) throw new Error("nothing is saved");
    const request = new provider.DiffRequest();
    request.setId(state.id);
    request.setUrn(this.urn);
    request.setOlds(state.outputs);
    request.setOldInputs(state.inputs);
    request.setNews(news);
    const response = await this.call<providerPb.DiffResponse>("diff", request);
    const { Kind } = provider.PropertyDiff;
    const paths: string[] = [];
    response.getDetaileddiffMap().forEach((one, path) => {
      paths.push(path);
      const old = at(decode(state.outputs).props, path);
      const now = at(decode(news).props, path);
      const kind = one.getKind();
      if (kind !== Kind.ADD && kind !== Kind.ADD_REPLACE && old === undefined)
        this.broken.push(`${path} is not in the old outputs`);
      if (kind !== Kind.DELETE && kind !== Kind.DELETE_REPLACE && now === undefined)
        this.broken.push(`${path} is not in the new inputs`);
    });
    const changes = response.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME;
    if (changes !== paths.length > 0)
      this.broken.push(`changes ${changes}, but the paths are ${paths.join(", ") || "none"}`);
    return { changes, replaces: response.getReplacesList(), paths };
  }

  async read(id?: string): Promise<void> {
    const request = new provider.ReadRequest();
    request.setUrn(this.urn);
    request.setId(id ?? this.state?.id ?? "");
    if (id === undefined) {
      request.setProperties(this.state?.outputs);
      request.setInputs(this.state?.inputs);
    }
    this.#open(request, true);
    const response = await this.call<providerPb.ReadResponse>("read", request);
    this.#apply();
    const [inputs, outputs] = [response.getInputs(), response.getProperties()];
    if (inputs === undefined || outputs === undefined) throw new Error("Read gave nothing");
    const initErrors = this.state?.initErrors ?? [];
    this.state = {
      id: response.getId(),
      inputs,
      outputs,
      refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
      initErrors,
    };
  }

  async destroy(): Promise<void> {
    this.steps = [];
    const request = new provider.DeleteRequest();
    request.setUrn(this.urn);
    request.setId(this.state?.id ?? "");
    request.setProperties(this.state?.outputs);
    this.#open(request, true);
    await this.call("delete", request);
    this.#apply();
    for (const name of this.views.keys()) this.broken.push(`${name} refers to a missing parent`);
    this.state = undefined;
  }

  cancel(): Promise<unknown> {
    return this.call("cancel", new empty.Empty());
  }

  async #create(inputs: ReturnType<typeof encode>, preview: boolean): Promise<Run> {
    const request = new provider.CreateRequest();
    request.setUrn(this.urn);
    request.setProperties(inputs);
    request.setPreview(preview);
    this.#open(request, false);
    return this.#settle("create", [], preview, inputs, async () => {
      const response = await this.call<providerPb.CreateResponse>("create", request);
      if (preview !== (response.getId() === "")) this.broken.push(`the id is "${response.getId()}"`);
      return { id: response.getId(), outputs: response.getProperties(), refresh: response.getRefreshBeforeUpdate() };
    });
  }

  async #update(inputs: ReturnType<typeof encode>, preview: boolean, paths: string[]): Promise<Run> {
    const request = new provider.UpdateRequest();
    request.setUrn(this.urn);
    request.setId(this.state?.id ?? "");
    request.setOlds(this.state?.outputs);
    request.setOldInputs(this.state?.inputs);
    request.setNews(inputs);
    request.setPreview(preview);
    this.#open(request, true);
    return this.#settle("update", paths, preview, inputs, async () => {
      const response = await this.call<providerPb.UpdateResponse>("update", request);
      return {
        id: this.state?.id ?? "",
        outputs: response.getProperties(),
        refresh: response.getRefreshBeforeUpdate(),
      };
    });
  }

  async #settle(
    step: "create" | "update",
    paths: string[],
    preview: boolean,
    inputs: ReturnType<typeof encode>,
    act: () => Promise<{ id: string; outputs: ReturnType<typeof encode> | undefined; refresh: boolean }>,
  ): Promise<Run> {
    try {
      const { id, outputs, refresh } = await act();
      this.#apply();
      if (outputs === undefined) throw new Error("no properties came back");
      if (!refresh) this.broken.push(`${step} does not ask for a refresh before updates`);
      this.state = { id, inputs, outputs, refreshBeforeUpdate: refresh, initErrors: [] };
      return { step, failures: [], paths, failure: undefined };
    } catch (error) {
      const failed = initFailedOf(error);
      if (failed === undefined) throw error;
      if (preview) this.broken.push("a preview left something half made");
      this.#apply();
      const [outputs, reasons] = [failed.getProperties(), failed.getReasonsList()];
      if (outputs === undefined) throw new Error("no properties came with the failure");
      if (!failed.getRefreshBeforeUpdate()) this.broken.push("the failure does not ask for a refresh before updates");
      const saved = step === "update" ? (this.state?.inputs ?? inputs) : inputs;
      this.state = { id: failed.getId(), inputs: saved, outputs, refreshBeforeUpdate: true, initErrors: reasons };
      return { step, failures: [], paths, failure: reasons.join("\n") };
    }
  }

  /** A token for one operation. */
  #open(
    request: {
      setResourceStatusAddress(value: string): unknown;
      setResourceStatusToken(value: string): unknown;
      setOldViewsList?(views: providerPb.View[]): unknown;
    },
    olds: boolean,
  ): void {
    if (!this.#rows) return;
    this.#count += 1;
    this.#token = `token-${this.#count}`;
    request.setResourceStatusAddress(this.#address);
    request.setResourceStatusToken(this.#token);
    if (!olds) return;
    request.setOldViewsList?.(
      [...this.views.values()].map(({ name, outputs }) => {
        const view = new provider.View();
        view.setType(HOST);
        view.setName(name);
        view.setInputs(encode(outputs));
        view.setOutputs(encode(outputs));
        return view;
      }),
    );
  }

  readonly #pending = new Map<string, statusPb.ViewStep>();

  /** The operation has ended: its rows are saved. */
  #apply(): void {
    this.#token = undefined;
    for (const [name, step] of this.#pending) {
      const state = step.getNew();
      if (state === undefined) this.views.delete(name);
      else this.views.set(name, { name, outputs: decode(state.getOutputs()).props });
    }
    this.#pending.clear();
  }

  #publish(request: statusPb.PublishViewStepsRequest): string | undefined {
    if (request.getToken() !== this.#token) return `token ${request.getToken()} not found`;
    const { Op } = status.ViewStep;
    const ops = new Map<number, Step["op"]>([
      [Op.SAME, "same"],
      [Op.CREATE, "create"],
      [Op.UPDATE, "update"],
      [Op.DELETE, "delete"],
    ]);
    for (const step of request.getStepsList()) {
      const name = step.getName();
      const op = ops.get(step.getOp());
      if (op === undefined) return `unknown step op ${step.getOp()}`;
      if (this.#pending.has(name)) this.broken.push(`${name} is published twice in one operation`);
      const [old, fresh] = [step.getOld(), step.getNew()];
      const known = this.views.get(name);
      if (old !== undefined && known === undefined) this.broken.push(`${name} is named as old, but is not known`);
      if ((old === undefined) !== (op === "create"))
        this.broken.push(`${op} ${name}: old is ${old === undefined ? "absent" : "there"}`);
      if ((fresh === undefined) !== (op === "delete"))
        this.broken.push(`${op} ${name}: new is ${fresh === undefined ? "absent" : "there"}`);
      if (op === "create" && known !== undefined) this.broken.push(`${name} is made, but is there already`);
      const before = old && decode(old.getOutputs()).props;
      if (before !== undefined && known !== undefined && !isDeepStrictEqual(before, known.outputs))
        this.broken.push(`${name} was ${JSON.stringify(known.outputs)}, not ${JSON.stringify(before)}`);
      this.#pending.set(name, step);
      this.steps.push({
        op,
        host: name.slice(this.name.length + 1),
        old: before,
        new: fresh && decode(fresh.getOutputs()).props,
        error: step.getError(),
      });
    }
    return undefined;
  }

  async #listen(): Promise<void> {
    const server = new grpc.Server();
    const none = (_call: unknown, answer: (error: null, value: unknown) => void): void =>
      answer(null, new empty.Empty());
    server.addService(engineService.EngineService, {
      log: (call: { request: LogRequest }, answer: (error: null, value: unknown) => void) => {
        const { request } = call;
        this.logged.push({
          urn: request.getUrn(),
          text: request.getMessage(),
          severity: request.getSeverity() === 2 ? "warning" : "info",
          ephemeral: request.getEphemeral(),
        });
        answer(null, new empty.Empty());
      },
      getRootResource: none,
      setRootResource: none,
      startDebugging: none,
      requirePulumiVersion: none,
    });
    server.addService(statusService.ResourceStatusService, {
      publishViewSteps: (
        call: { request: statusPb.PublishViewStepsRequest },
        answer: (error: { code: number; details: string } | null, value?: unknown) => void,
      ) => {
        const wrong = this.#publish(call.request);
        if (wrong === undefined) answer(null, new status.PublishViewStepsResponse());
        else answer({ code: grpc.status.UNKNOWN, details: wrong });
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    this.#server = server;
    this.#address = `127.0.0.1:${port}`;
  }
}

interface LogRequest {
  getUrn(): string;
  getMessage(): string;
  getSeverity(): number;
  getEphemeral(): boolean;
}

/** How one command went. */
export interface Run {
  readonly step: "same" | "create" | "update" | "replace" | "failed";
  readonly failures: readonly string[];
  /** Paths that the diff names. */
  readonly paths: readonly string[];
  /** Why the roll ended early; what was done is saved. */
  readonly failure: string | undefined;
}

/** A plugin over the embedded fleet of a stage, in virtual time. */
export function worldOf(stage: Stage): World {
  return {
    version,
    schema: () => "{}",
    environment: () => {},
    exit: () => {},
    open: async (stop) => stage.pluginProcess(stop),
  };
}

function initFailedOf(error: unknown): InstanceType<typeof provider.ErrorResourceInitFailed> | undefined {
  const metadata = (error as { metadata?: InstanceType<typeof grpc.Metadata> }).metadata;
  const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
  if (bytes === undefined) return undefined;
  const [detail] = rpcStatus.Status.deserializeBinary(new Uint8Array(bytes as Buffer)).getDetailsList();
  if (detail?.getTypeName() !== "pulumirpc.ErrorResourceInitFailed")
    throw new Error(`a detail of type ${detail?.getTypeName()}`);
  return provider.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
}

/** The value at a path as Pulumi writes it. */
export function at(props: Json, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted?.replaceAll('\\"', '"') ?? plain ?? Number(index),
  );
  return keys.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Json)[String(key)] : undefined),
    props,
  );
}
