import { baselineText } from "../core/baseline.ts";
import type { NoticeMoment, Receiver } from "../core/notice.ts";
import type { RunEvent } from "../core/reduce.ts";
import type { Ending, RunMemory } from "../core/run.ts";
import { targetUri } from "../core/target.ts";
import type { RollPorts, RollRequest } from "./roll.ts";

/** How long the end of a roll waits for messages that are on their way, process time. */
const PATIENCE = 15_000;

/** Tells receivers what a roll does. Nobody waits for them but its end, and not for long. */
export class Herald {
  readonly #ports: Pick<RollPorts, "gates" | "process" | "tell" | "wall">;
  readonly #request: RollRequest;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #warned = new Set<string>();
  readonly #said = new Set<string>();
  readonly #over = new AbortController();

  constructor(ports: RollPorts, request: RollRequest) {
    this.#ports = ports;
    this.#request = request;
  }

  /** The roll begins, or goes on. */
  start(run: RunMemory): void {
    this.#say("start", run, run.done.length === 0 ? "starts" : `goes on, ${run.done.length} hosts rolled so far`);
  }

  /** Something was remembered. */
  heard(event: RunEvent, run: RunMemory): void {
    if (event.kind === "canary passed" && run.canaries.length > 0)
      this.#say("canary", run, `canary passed: ${run.canaries.join(", ")}`);
    if (event.kind === "halt")
      this.#say("halt", run, `halts${event.sticky ? " until a person decides" : ""}: ${event.reason}`, "halted");
  }

  /** It has nothing to do before a window opens or a person approves. */
  waits(words: string, run: RunMemory): void {
    // A person after a window is another wait.
    this.#said.delete("waiting");
    this.#say("waiting", run, words);
  }

  /** How it ended; resolves when everybody was told, or has had the time to be. */
  async end(run: RunMemory, ending: Ending): Promise<void> {
    if (ending.kind === "halted") this.#say("halt", run, `is halted: ${ending.reason}`, "halted");
    else if (ending.kind === "paused" && (ending.cause === "window" || ending.cause === "approval"))
      this.#say("waiting", run, ending.note, "paused");
    else this.#say("end", run, `is ${ending.kind}: ${ending.note}`, ending.kind);
    const enough = new AbortController();
    const late = this.#ports.process.sleep(PATIENCE, enough.signal).catch(() => {});
    await Promise.race([Promise.all(this.#queues.values()), late]);
    enough.abort();
    this.#over.abort();
  }

  /** Each moment once in a process: a halt is told when it happens, and not again when it is reached. */
  #say(at: NoticeMoment, run: RunMemory, words: string, outcome?: string): void {
    if (this.#said.has(at)) return;
    this.#said.add(at);
    const { owner, target, baseline, notify } = this.#request.inputs;
    const notice = {
      ...{ at, run: run.id, owner, target: targetUri(target), level: baselineText(baseline), done: run.done.length },
      text: `roll of ${owner} to ${baselineText(baseline)} ${words} (run ${run.id})`,
      ...(outcome === undefined ? {} : { outcome }),
      time: this.#ports.wall(),
    };
    for (const receiver of notify.filter((one) => one.at.includes(at))) {
      const before = this.#queues.get(receiver.name) ?? Promise.resolve();
      const sent = async (): Promise<void> => {
        if (this.#over.signal.aborted) return;
        const problem = await this.#ports.gates?.notices.send(receiver, notice, this.#over.signal);
        if (problem !== undefined) this.#warn(receiver, problem);
      };
      this.#queues.set(receiver.name, before.then(sent));
    }
  }

  #warn({ name }: Receiver, problem: string): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#ports.tell({ kind: "warning", text: `"${name}" could not be told: ${problem}; the roll goes on` });
  }
}
