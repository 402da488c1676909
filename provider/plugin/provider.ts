import { isRollError, RollError } from "../core/errors.ts";
import { readable } from "../doors/failures.ts";
import type { HostLevels } from "../lifecycle/hosts.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { type Props, savedHosts } from "../lifecycle/props.ts";
import type { PlanDocument } from "../lifecycle/render/document.ts";
import { type Path, UNKNOWN } from "../lifecycle/unknown.ts";
import { initFailed, isPartial } from "./errors.ts";
import { refusedKeys, secretUrls } from "./inputs.ts";
import { empty, provider, type providerPb } from "./library.ts";
import { Rows, type Show } from "./rows.ts";
import { decode, encode } from "./struct.ts";
import { hostOf, type Named, named } from "./urn.ts";

/** What the methods of the resource need of this process. */
export interface Desk {
  /** The lifecycle, for one call. */
  open(rows: Rows): Promise<Lifecycle>;
  /** What a call shows with, besides its own rows. */
  readonly log: Show["log"];
  readonly said: Set<string>;
  readonly off: boolean;
  /** Wraps what must be brought to its end when the engine has died. */
  working<T>(act: () => Promise<T>): Promise<T>;
}

type Struct = Parameters<typeof decode>[0];

/** What requests about a resource have in common. */
interface Request {
  getUrn(): string;
  getResourceStatusAddress?(): string;
  getResourceStatusToken?(): string;
  getOldViewsList?(): providerPb.View[];
}

/** The methods of our one resource. */
export class ResourceMethods {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async check(request: providerPb.CheckRequest) {
    const olds = decode(request.getOlds());
    const news = decode(request.getNews());
    return this.#on(request, async (lifecycle, { owner }) => {
      const refused = refusedKeys(news.props, olds.props, owner);
      const declared = { ...news.props, owner, ...secretUrls(news.secrets) };
      const { inputs, failures } =
        refused.length > 0 ? { inputs: news.props, failures: refused } : await lifecycle.check(olds.props, declared);
      const response = new provider.CheckResponse();
      response.setInputs(encode(inputs, news.secrets));
      response.setFailuresList(
        failures.map(readable).map(({ property, reason }) => {
          const failure = new provider.CheckFailure();
          failure.setProperty(property);
          failure.setReason(reason);
          return failure;
        }),
      );
      return response;
    });
  }

  async diff(request: providerPb.DiffRequest) {
    const olds = decode(request.getOlds()).props;
    const news = decode(request.getNews()).props;
    return this.#on(request, async (lifecycle) => {
      const { changes, replaces, deleteBeforeReplace, detailed } = lifecycle.diff(olds, news);
      const { DiffChanges } = provider.DiffResponse;
      const response = new provider.DiffResponse();
      response.setChanges(changes ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
      response.setReplacesList([...replaces]);
      response.setDeletebeforereplace(deleteBeforeReplace);
      response.setHasdetaileddiff(true);
      for (const { path, kind, replaces: replacing } of detailed) {
        const { Kind } = provider.PropertyDiff;
        const kinds = {
          add: replacing ? Kind.ADD_REPLACE : Kind.ADD,
          delete: replacing ? Kind.DELETE_REPLACE : Kind.DELETE,
          update: replacing ? Kind.UPDATE_REPLACE : Kind.UPDATE,
        };
        const difference = new provider.PropertyDiff();
        difference.setKind(kinds[kind]);
        response.getDetaileddiffMap().set(path, difference);
      }
      return response;
    });
  }

  async create(request: providerPb.CreateRequest) {
    const news = decode(request.getProperties());
    return this.#on(request, async (lifecycle, _of, rows) => {
      const response = new provider.CreateResponse();
      response.setRefreshBeforeUpdate(true);
      if (request.getPreview()) {
        await foresee(lifecycle, rows, news.props);
        response.setProperties(encode(foreseenProps(news.props), news.secrets));
        return response;
      }
      const { id, outs } = await this.#apply(
        () => lifecycle.create(news.props),
        rows,
        seenLevels(lifecycle.forecast(news.props)),
        news.props,
        news.secrets,
      );
      response.setId(id);
      response.setProperties(encode(outs, news.secrets));
      return response;
    });
  }

  async update(request: providerPb.UpdateRequest) {
    const olds = decode(request.getOlds());
    const news = decode(request.getNews());
    return this.#on(request, async (lifecycle, of, rows) => {
      mustBeOurs(of, request.getOldViewsList());
      const response = new provider.UpdateResponse();
      response.setRefreshBeforeUpdate(true);
      if (request.getPreview()) {
        await foresee(lifecycle, rows, news.props);
        response.setProperties(encode(foreseenProps(news.props), news.secrets));
        return response;
      }
      const act = () => lifecycle.update(olds.props, news.props);
      const { outs } = await this.#apply(act, rows, savedHosts(olds.props), news.props, news.secrets);
      response.setProperties(encode(outs, news.secrets));
      return response;
    });
  }

  async read(request: providerPb.ReadRequest) {
    const saved = decode(request.getProperties());
    const inputs = decode(request.getInputs());
    const secrets = [...saved.secrets, ...inputs.secrets];
    return this.#on(request, async (lifecycle, { owner }, rows) => {
      const isImport = saved.props.target === undefined;
      const found = isImport
        ? await lifecycle.adopt(request.getId(), owner)
        : { id: request.getId(), ...(await lifecycle.read(saved.props)) };
      await rows.refresh(savedHosts(found.props));
      const response = new provider.ReadResponse();
      response.setId(found.id);
      response.setProperties(encode(found.props, secrets));
      response.setInputs(encode(found.inputs, secrets));
      response.setRefreshBeforeUpdate(true);
      return response;
    });
  }

  async delete(request: providerPb.DeleteRequest) {
    const saved = decode(request.getProperties()).props;
    return this.#on(request, async (lifecycle, _of, rows) => {
      await this.#desk
        .working(() => lifecycle.delete(saved))
        .catch((error: unknown) => {
          throw request.getOldViewsList().length > 0 ? withRows(error) : error;
        });
      await rows.forget();
      return new empty.Empty();
    });
  }

  /** An operation on the resource of a request, with its rows. */
  async #on<T>(request: Request, act: (lifecycle: Lifecycle, of: Named, rows: Rows) => Promise<T>): Promise<T> {
    const of = named(request.getUrn());
    const stage = {
      address: request.getResourceStatusAddress?.() ?? "",
      token: request.getResourceStatusToken?.() ?? "",
    };
    const had = levelsOf(of, request.getOldViewsList?.() ?? []);
    const rows = new Rows(of, { log: this.#desk.log, said: this.#desk.said, off: this.#desk.off, stage, had });
    try {
      return await act(await this.#desk.open(rows), of, rows);
    } finally {
      await rows.close();
    }
  }

  async #apply<T extends { readonly outs: Record<string, unknown> }>(
    act: () => Promise<T>,
    rows: Rows,
    was: HostLevels,
    news: Props,
    secrets: readonly Path[],
  ): Promise<T> {
    try {
      const applied = await this.#desk.working(act);
      await rows.settle(savedHosts(applied.outs), was);
      return applied;
    } catch (error) {
      if (!isPartial(error)) throw error;
      const { id, properties, reasons } = error;
      await rows.settle(savedHosts(properties), was, reasons.join("\n"));
      throw initFailed({ id, properties, inputs: news, secrets, reasons });
    }
  }
}

async function foresee(lifecycle: Lifecycle, rows: Rows, news: Props): Promise<void> {
  if (news.hosts !== UNKNOWN && news.hosts !== undefined)
    await rows.foresee(savedHosts(news), lifecycle.forecast(news));
}

/** Level that each host was seen at before a roll. */
function seenLevels(forecast: PlanDocument | undefined): HostLevels {
  return Object.fromEntries(forecast?.hosts.map(({ host, from }) => [host, from]) ?? []);
}

/** Outputs while they can only be foreseen: what a roll will come to is not known. */
function foreseenProps(news: Props): Record<string, unknown> {
  return { ...news, compliance: UNKNOWN, run: UNKNOWN };
}

/**
 * After a rename the engine keeps the rows under the former name for ever, and its state becomes invalid once the resource is
 * deleted. Throws `conflict`, before anything is touched.
 */
function mustBeOurs(of: Named, views: readonly providerPb.View[]): void {
  const stranger = views.find((view) => hostOf(of, view.getName()) === undefined);
  if (stranger === undefined) return;
  throw new RollError(
    "conflict",
    `Pulumi cannot carry the rows of hosts (${stranger.getName()}, …) over to another name of the resource.`,
    {
      hint: `First ${TAKE_ROWS_OUT}. The next \`pulumi up\` makes them anew.`,
    },
  );
}

/** `retainOnDelete` passes the provider over, and so the rows stay: the engine's state would be invalid. */
function withRows(error: unknown): unknown {
  if (!isRollError(error) || error.hint?.includes("retainOnDelete") !== true) return error;
  const { kind, message, host, hint, cause } = error;
  return new RollError(kind, message, { host, cause, hint: `${hint} Before that, ${TAKE_ROWS_OUT}.` });
}

const TAKE_ROWS_OUT =
  "take the rows of its hosts out of the state, which touches no host: `ROLLING_PATCH_ROWS=off pulumi refresh --yes`";

/** Level by host of the rows that the engine knows. */
function levelsOf(of: Named, views: readonly providerPb.View[]): HostLevels {
  const entries = views.flatMap((view): [string, string][] => {
    const host = hostOf(of, view.getName());
    const { level } = decode(view.getOutputs() as Struct).props;
    return host === undefined ? [] : [[host, typeof level === "string" ? level : ""]];
  });
  return Object.fromEntries(entries);
}
