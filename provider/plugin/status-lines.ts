/** At most two a second for each row: milliseconds from one to the next. */
const LEAST_BETWEEN = 500;

/** The time that status lines live by; a test brings its own. */
export interface Ticker {
  /** Milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds, unless that is called off before; does not keep the process alive. */
  after(milliseconds: number, call: () => void): () => void;
}

const realTicker: Ticker = {
  now: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Line {
  shown: number;
  text: string;
  /** Calls off the showing of what came too early. */
  cancel?: (() => void) | undefined;
}

/** What is going on on each row: of lines that follow too closely the newest is shown, a little later. */
export class StatusLines {
  readonly #lines = new Map<string, Line>();
  readonly #show: (urn: string, text: string) => void;
  readonly #ticker: Ticker;

  constructor(show: (urn: string, text: string) => void, ticker = realTicker) {
    this.#show = show;
    this.#ticker = ticker;
  }

  set(urn: string, text: string): void {
    const now = this.#ticker.now();
    const line = this.#lines.get(urn);
    if (line?.text === text) return;
    line?.cancel?.();
    const wait = line === undefined ? 0 : line.shown + LEAST_BETWEEN - now;
    if (wait <= 0) {
      this.#lines.set(urn, { shown: now, text });
      this.#show(urn, text);
      return;
    }
    const late = (): void => {
      this.#lines.set(urn, { shown: this.#ticker.now(), text });
      this.#show(urn, text);
    };
    this.#lines.set(urn, { shown: line?.shown ?? now, text, cancel: this.#ticker.after(wait, late) });
  }

  /** Nothing more is shown. */
  close(): void {
    for (const { cancel } of this.#lines.values()) cancel?.();
    this.#lines.clear();
  }
}
