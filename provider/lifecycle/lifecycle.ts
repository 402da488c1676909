import { type Applied, apply, resourceId } from "./apply.ts";
import { type Checked, check } from "./check.ts";
import { forget } from "./delete.ts";
import { type Diff, diff } from "./diff.ts";
import { Looks } from "./looks.ts";
import type { Props } from "./props.ts";
import { type ReadResult, read } from "./read.ts";
import type { Surroundings } from "./surroundings.ts";

/** What Pulumi asks of a resource, the same for every door. */
export interface Lifecycle {
  /** `olds`: saved inputs, empty at first. `news`: what the program declares. */
  check(olds: Props, news: Props): Promise<Checked>;
  /** `olds`: saved outputs. `news`: checked inputs. */
  diff(olds: Props, news: Props): Diff;
  /** `saved`: saved outputs. */
  read(saved: Props): Promise<ReadResult>;
  create(news: Props): Promise<Applied>;
  update(olds: Props, news: Props): Promise<Applied>;
  /** Forgets; changes nothing on any host that is out. */
  delete(saved: Props): Promise<void>;
}

/** One process's lifecycle: what it sees of a target is seen once, until it does something itself. */
export function lifecycle(around: Surroundings): Lifecycle {
  const looks = new Looks(around);
  /** Owners that were read and not checked since: what the engine compares then is the refresh itself. */
  const refreshing = new Set<unknown>();
  return {
    check(olds, news) {
      refreshing.delete(news.owner);
      return check(around, looks, olds, news);
    },
    diff: (olds, news) => diff(olds, news, refreshing.has(olds.owner)),
    read(saved) {
      refreshing.add(saved.owner);
      return read(around, looks, saved);
    },
    create: (news) => apply(around, looks, {}, news),
    update: (olds, news) => apply(around, looks, olds, news),
    delete: (saved) => forget(around, saved),
  };
}

export { resourceId };
