import { connect, type Socket } from "node:net";
import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import type { Clock } from "../engine/ports.ts";
import { networkProblem } from "./answer.ts";
import { intoAddress, intoFor } from "./host.ts";
import { brokenLine, type Line, type Reply } from "./line.ts";

/** How long a connection is silent before the network is asked whether its other end is still there, ms. */
const SILENCE = 1_000;

type TcpProbe = Extract<Probe, { kind: "tcp" }>;

/** Opens connections; or keeps one open and tells whether it still is. Nothing is sent. */
export function tcpLine(probe: TcpProbe, workload: Workload, clock: Clock): Line {
  const filled = intoFor(workload, intoAddress, probe.address);
  if ("problem" in filled) return brokenLine(filled.problem);
  const open = (signal: AbortSignal): Promise<Opened> => opened(filled.text, probe.port, signal);
  if (probe.hold) return new HeldLine(open, clock);
  return {
    async ask(signal) {
      const found = await open(signal);
      if ("why" in found) return { ok: false, why: found.why };
      found.socket.destroy();
      return { ok: true };
    },
    close() {},
  };
}

type Opened = { readonly socket: Socket } | { readonly why: string };

/**
 * One connection that is to live as long as the workload, through its moves. While it does, a sample is the time that it took to open.
 * Once it has broken, the next sample is a failure, however short the break was, and the one after it opens a new one.
 */
class HeldLine implements Line {
  readonly #open: (signal: AbortSignal) => Promise<Opened>;
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #took = 0;
  #broken: string | undefined;
  #opening = false;

  constructor(open: (signal: AbortSignal) => Promise<Opened>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  async ask(signal: AbortSignal): Promise<Reply> {
    if (this.#broken !== undefined) {
      const why = `the held connection broke: ${this.#broken}`;
      this.#broken = undefined;
      return { ok: false, why };
    }
    if (this.#socket !== undefined) return { ok: true, ms: this.#took };
    if (this.#opening) return { ok: false, why: "the held connection is still being opened" };
    this.#opening = true;
    const started = this.#clock.now();
    const found = await this.#open(signal);
    this.#opening = false;
    if ("why" in found) return { ok: false, why: found.why };
    this.#took = Math.round(1000 * (this.#clock.now() - started)) / 1000;
    this.#hold(found.socket);
    return { ok: true };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #hold(socket: Socket): void {
    this.#socket = socket;
    socket.setKeepAlive(true, SILENCE);
    socket.resume();
    const broke = (why: string): void => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#broken = why;
      socket.destroy();
    };
    socket.on("error", (error) => broke(networkProblem(error)));
    socket.once("end", () => broke("closed by the other end"));
    socket.once("close", () => broke("closed"));
  }
}

function opened(host: string, port: number, signal: AbortSignal): Promise<Opened> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const abort = (): void => {
      socket.destroy();
      resolve({ why: "no answer in time" });
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      resolve({ socket });
    });
    // Stays: whoever holds the socket adds another.
    socket.on("error", (error) => {
      signal.removeEventListener("abort", abort);
      resolve({ why: networkProblem(error) });
    });
  });
}
