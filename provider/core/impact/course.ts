import { aloneOf } from "./alone.ts";
import { type ErrorTest, testErrors } from "./bad-bins.ts";
import { tAbove } from "./distributions.ts";
import { type Estimated, estimateOf } from "./estimate.ts";
import type { Estimate, Evidence, Interval, Look, Question, Spread } from "./question.ts";
import { CONFIRM_LEVEL, CONFIRM_MINUTES, lookLevel } from "./settings.ts";
import { afterFullLoad } from "./windows.ts";
import type { Standing } from "./words.ts";

/** What makes a host suspect. */
type Channel = "latency" | "errors";

/** The looks at one host, one after the other, and what came of them. */
export class Course {
  readonly #question: Question;
  readonly #since: number;
  readonly #channels: readonly Channel[];
  readonly #looks: Look[] = [];
  readonly #spreads: Spread[] = [];
  #newest: Estimated | undefined;
  #estimate: Estimate | undefined;
  #errors: ErrorTest | undefined;
  #suspects: readonly Channel[] = [];

  constructor(question: Question, channels: readonly Channel[]) {
    this.#question = question;
    this.#since = question.fullLoadSince ?? question.now;
    this.#channels = channels;
  }

  /** Fleet ms at which the host has had so many minutes of full load. */
  dueAt(minutes: number): number {
    return afterFullLoad(this.#since, 0, minutes).to;
  }

  /** At everything since the load is full. */
  look(minutes: number): Look {
    const level = lookLevel(this.#question.settings);
    const seen = this.#measure(afterFullLoad(this.#since, 0, minutes), minutes, level);
    this.#newest = seen.latency;
    this.#estimate = seen.latency?.estimate ?? this.#estimate;
    this.#errors = seen.errors ?? this.#errors;
    this.#suspects = seen.hits;
    const [by] = seen.hits;
    const result =
      by !== undefined ? "suspect" : this.#mayPass(minutes) ? "pass" : (seen.latency?.lack?.kind ?? "open");
    return this.#note(seen, { at: this.dueAt(minutes), minutes, kind: "look", result, ...(by && { by }) });
  }

  /** At the next minutes alone: what made the host suspect at `minutes` has to show again. */
  confirm(minutes: number): Look {
    const end = minutes + CONFIRM_MINUTES;
    const seen = this.#measure(afterFullLoad(this.#since, minutes, end), CONFIRM_MINUTES, CONFIRM_LEVEL);
    const by = seen.hits.find((channel) => this.#suspects.includes(channel));
    const result = by === undefined ? "not confirmed" : "confirmed";
    // The loss that is told is measured up to here: that of the look alone was noticed because it was large.
    if (by === "latency")
      this.#estimate = this.#latency(afterFullLoad(this.#since, 0, end), end).estimate ?? this.#estimate;
    return this.#note(seen, { at: this.dueAt(end), minutes: end, kind: "confirm", result, ...(by && { by }) });
  }

  /** After the last look, if nothing was decided until then. */
  end(): Standing {
    if (!this.#channels.includes("latency")) return { state: "pass" };
    const why = this.#question.workloads.length === 0 ? "no control" : (this.#newest?.lack?.kind ?? "noisy");
    return { state: "inconclusive", why };
  }

  evidence(): Evidence {
    const { rows = [], excluded = [] } = this.#newest ?? {};
    return {
      host: this.#question.host,
      ...(this.#estimate && { estimate: this.#estimate }),
      rows,
      excluded,
      looks: this.#looks,
      spreads: this.#spreads,
      ...(this.#errors && { errors: this.#errors.figures }),
    };
  }

  #measure(window: Interval, minutes: number, level: number) {
    const latency = this.#channels.includes("latency") ? this.#latency(window, minutes) : undefined;
    const errors = testErrors(this.#question, window, minutes, level);
    const hits: Channel[] = [];
    if (latency !== undefined && this.#isLoss(latency, level)) hits.push("latency");
    if (errors?.hit) hits.push("errors");
    return { latency, errors, hits };
  }

  #latency(window: Interval, minutes: number): Estimated {
    const found = estimateOf(this.#question, window, minutes);
    return found.lack?.kind === "no control" ? { ...found, ...aloneOf(this.#question, window, minutes) } : found;
  }

  #isLoss({ estimate, lack }: Estimated, level: number): boolean {
    if (estimate === undefined) return false;
    const { delta, se, df } = estimate;
    const alone = lack?.kind === "no control";
    const least = alone ? LEAST_LOSS_ALONE : Math.log1p(this.#question.settings.tolerance);
    return delta >= least && delta / se > tAbove(alone ? Math.max(level, LEVEL_ALONE) : level, df);
  }

  /** Not merely "no significant loss": the interval ends below the tolerance. */
  #mayPass(minutes: number): boolean {
    const { settings } = this.#question;
    if (!this.#channels.includes("latency") || minutes < (settings.passNotBefore ?? 0)) return false;
    const { estimate, lack } = this.#newest ?? {};
    return estimate !== undefined && lack === undefined && estimate.upper < Math.log1p(settings.tolerance);
  }

  #note({ latency, errors }: { latency: Estimated | undefined; errors: ErrorTest | undefined }, look: Look): Look {
    if (latency?.spread !== undefined) this.#spreads.push(latency.spread);
    const whole = {
      ...look,
      ...(latency?.estimate && { estimate: latency.estimate }),
      ...(errors && { errors: errors.figures }),
      ...(latency?.lack && { why: latency.lack.why }),
    };
    this.#looks.push(whole);
    return whole;
  }
}

/** Without controls only a loss of half as much again is told from what days bring, and at this level at best. */
const LEAST_LOSS_ALONE = Math.log(1.5);
const LEVEL_ALONE = 0.01;
