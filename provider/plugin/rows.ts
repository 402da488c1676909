import type { EngineLog } from "../doors/engine-log.ts";
import { type Speech, speech, type Voice } from "../doors/speech.ts";
import type { News } from "../engine/news.ts";
import type { HostLevels } from "../lifecycle/hosts.ts";
import type { PlanDocument } from "../lifecycle/render/document.ts";
import { newsLine } from "../lifecycle/render/roll.ts";
import { publish, type Stage } from "./engine.ts";
import { StatusLines } from "./status-lines.ts";
import { type Named, viewUrn } from "./urn.ts";
import { departed, foreseen, refreshed, settled, type ViewChange } from "./views.ts";

/** What an operation on a resource has to show with. */
export interface Show {
  readonly log: EngineLog;
  readonly stage: Stage;
  /** No host gets a row, and those that have one lose it: `ROLLING_PATCH_ROWS=off`. */
  readonly off: boolean;
  /** Level by host, of the rows that the engine knows. */
  readonly had: Readonly<HostLevels>;
  /** Texts of several lines that were said already: no second time. */
  readonly said: Set<string>;
}

/**
 * What people see of one operation on a resource: a row for each host where the engine has rows, with a status line while it is worked on;
 * else status lines on the resource's own row. Rows are published when the operation ends: the engine saves them whatever becomes of their
 * resource, and a provider that is killed after it has published some leaves a state that is invalid.
 */
export class Rows implements Voice {
  readonly #of: Named;
  readonly #show: Show;
  readonly #speech: Speech;
  readonly #status: StatusLines;
  /** Hosts whose newest news is a warning, with it. */
  readonly #warned = new Map<string, string>();
  #queue: Promise<void> = Promise.resolve();

  constructor(of: Named, show: Show) {
    this.#of = of;
    this.#show = show;
    this.#speech = speech(show.log, of.urn, show.said);
    this.#status = new StatusLines((urn, text) => show.log.say(text, "progress", urn));
  }

  say(text: string, severity?: "info" | "warning"): void {
    this.#speech.say(text, severity);
  }

  progress(text: string): void {
    this.#status.set(this.#of.urn, text);
  }

  /** A line about a roll: what passes is a status line, what one wants to read afterwards stays. */
  tell(news: News): void {
    const { host, ...others } = news;
    const { kind, step, text } = others;
    if (host === undefined) {
      this.say(newsLine(news), kind === "warning" ? "warning" : "info");
      return;
    }
    if (kind === "warning") this.#warned.set(host, withoutName(text, host));
    else this.#warned.delete(host);
    const urn = this.#hasRows ? viewUrn(this.#of, host) : this.#of.urn;
    const line = this.#hasRows ? newsLine({ ...others, text: withoutName(text, host) }) : newsLine(news);
    if (kind === "warning") this.#show.log.say(line, "warning", urn);
    else if (kind === "end" && step === undefined) this.#show.log.say(line, "info", urn);
    else this.#status.set(urn, line);
  }

  /** The rows of a preview. */
  foresee(wanted: Readonly<HostLevels>, forecast: PlanDocument | undefined): Promise<void> {
    return this.#publish(this.#show.off ? departed(this.#show.had) : foreseen(this.#show.had, wanted, forecast));
  }

  /** The rows that are left when a roll has ended: `now` and `was`: levels as they are and were saved. `why`: it ended early. */
  settle(now: Readonly<HostLevels>, was: Readonly<HostLevels>, why?: string): Promise<void> {
    const failures = why === undefined ? new Map() : this.#warned;
    if (this.#show.off) return this.#publish(departed(this.#show.had));
    return this.#publish(settled(this.#show.had, now, was, failures));
  }

  refresh(now: Readonly<HostLevels>): Promise<void> {
    return this.#publish(this.#show.off ? departed(this.#show.had) : refreshed(this.#show.had, now));
  }

  /** Every row goes. Rejects when the engine does not take it: it would save rows without their resource. */
  async forget(): Promise<void> {
    await this.#queue;
    if (this.#show.stage.address !== "") await publish(this.#show.stage, this.#of, departed(this.#show.had));
  }

  /** Until everything is seen. */
  async close(): Promise<void> {
    this.#status.close();
    await this.#queue;
    await this.#show.log.flush();
  }

  get #hasRows(): boolean {
    return this.#show.stage.address !== "" && !this.#show.off;
  }

  /** Rows are for people: an engine that does not take them does not end a roll. */
  #publish(changes: readonly ViewChange[]): Promise<void> {
    if (this.#show.stage.address === "") return Promise.resolve();
    this.#queue = this.#queue.then(async () => {
      try {
        await this.#show.log.flush();
        await publish(this.#show.stage, this.#of, changes);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.say(`The rows of hosts cannot be shown (${why}); the roll is not touched by that.`, "warning");
      }
    });
    return this.#queue;
  }
}

function withoutName(text: string, host: string): string {
  return text.startsWith(`${host}: `) ? text.slice(host.length + 2) : text;
}
