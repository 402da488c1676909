import { adopt } from "./adopt.ts";
import { type Answered, answer } from "./answers.ts";
import { type Applied, apply, resourceId } from "./apply.ts";
import { type Checked, check } from "./check.ts";
import { forget } from "./delete.ts";
import { type Diff, diff } from "./diff.ts";
import type { FunctionName } from "./functions.ts";
import { Looks } from "./looks.ts";
import type { Props } from "./props.ts";
import { type ReadResult, read } from "./read.ts";
import type { PlanDocument } from "./render/document.ts";
import type { Surroundings } from "./surroundings.ts";

/** What Pulumi asks of a resource, the same for every door. */
export interface Lifecycle {
  /** `olds`: saved inputs, empty at first. `news`: what the program declares. */
  check(olds: Props, news: Props): Promise<Checked>;
  /** `olds`: saved outputs. `news`: checked inputs. */
  diff(olds: Props, news: Props): Diff;
  /** What `up` would do with every host, as the newest check of these inputs has seen it; undefined where that could not be told. */
  forecast(news: Props): PlanDocument | undefined;
  /** `saved`: saved outputs. */
  read(saved: Props): Promise<ReadResult>;
  /** Takes over a fleet that no state knows yet, at its present level. `id`: canonical target URI. Throws RollErrors. */
  adopt(id: string, owner: string): Promise<ReadResult & { readonly id: string }>;
  create(news: Props): Promise<Applied>;
  update(olds: Props, news: Props): Promise<Applied>;
  /** Forgets; changes nothing on any host that is out. */
  delete(saved: Props): Promise<void>;
  /** Looks without declaring anything: what dashboards, policies and other stacks ask. */
  answer(name: FunctionName, asked: Props): Promise<Answered>;
}

/** What one process knows of targets and resources between calls. */
export interface Memory {
  readonly looks: Looks;
  /** Owners that were read and not checked since: what the engine compares then is the refresh itself. */
  readonly refreshing: Set<unknown>;
  /** By owner, what the newest check has foreseen. */
  readonly forecasts: Map<unknown, PlanDocument>;
}

export function memoryOf(around: Pick<Surroundings, "openDriver">): Memory {
  return { looks: new Looks(around), refreshing: new Set(), forecasts: new Map() };
}

/** One process's lifecycle: what it sees of a target is seen once, until it does something itself. */
export function lifecycle(around: Surroundings, memory = memoryOf(around)): Lifecycle {
  const { looks, refreshing, forecasts } = memory;
  return {
    async check(olds, news) {
      refreshing.delete(news.owner);
      forecasts.delete(news.owner);
      const checked = await check(around, looks, olds, news);
      if (checked.forecast !== undefined) forecasts.set(news.owner, checked.forecast);
      return checked;
    },
    diff: (olds, news) => diff(olds, news, refreshing.has(olds.owner)),
    forecast: (news) => forecasts.get(news.owner),
    read(saved) {
      refreshing.add(saved.owner);
      return read(around, looks, saved);
    },
    adopt: (id, owner) => adopt(around, looks, id, owner),
    create: (news) => apply(around, looks, {}, news),
    update: (olds, news) => apply(around, looks, olds, news),
    delete: (saved) => forget(around, saved),
    answer: (name, asked) => answer(around, name, asked),
  };
}

export { resourceId };
