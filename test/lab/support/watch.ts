/** What a client saw of a guest while it was probed. */
export interface GuestRecord {
  readonly guest: string;
  readonly sent: number;
  readonly lost: number;
  /** Longest time between two questions that were answered, milliseconds. */
  readonly maxUdpGapMs: number;
  /** Boot ids that answered: one, unless it was started again. */
  readonly boots: readonly string[];
  /** Answers on the one session that was opened at the beginning, and the longest wait for one. */
  readonly tcpAnswers: number;
  readonly maxTcpGapMs: number;
  /** What ended that session; absent while it lives. */
  readonly tcpBroken?: string;
}

/** Keeps count of one guest's questions and answers. Times are milliseconds of one monotonic clock. */
export class Watch {
  readonly #guest: string;
  readonly #unanswered = new Map<number, number>();
  readonly #boots = new Set<string>();
  #sent = 0;
  #lastAnswered: number;
  #maxUdpGap = 0;
  #tcpAnswers = 0;
  #tcpSince: number | undefined;
  #maxTcpGap = 0;
  #tcpBroken: string | undefined;

  constructor(guest: string, now: number) {
    this.#guest = guest;
    this.#lastAnswered = now;
  }

  /** Number of the next question, sent now. */
  ask(now: number): number {
    this.#sent += 1;
    this.#unanswered.set(this.#sent, now);
    return this.#sent;
  }

  /** Late and doubled answers are none. A gap is counted from question to question, so that a slow answer is no gap. */
  answer(question: number, bootId: string): void {
    const asked = this.#unanswered.get(question);
    if (asked === undefined) return;
    this.#unanswered.delete(question);
    this.#boots.add(bootId);
    this.#maxUdpGap = Math.max(this.#maxUdpGap, asked - this.#lastAnswered);
    this.#lastAnswered = Math.max(this.#lastAnswered, asked);
  }

  /** Whether the session can be asked: it lives and has answered the last question. */
  get isTcpFree(): boolean {
    return this.#tcpBroken === undefined && this.#tcpSince === undefined;
  }

  askTcp(now: number): void {
    this.#tcpSince = now;
  }

  answerTcp(now: number): void {
    this.#maxTcpGap = Math.max(this.#maxTcpGap, now - (this.#tcpSince ?? now));
    this.#tcpSince = undefined;
    this.#tcpAnswers += 1;
  }

  /** The first reason counts. */
  breakTcp(reason: string): void {
    this.#tcpBroken ??= reason;
  }

  record(now: number): GuestRecord {
    const lastAsked = Math.max(this.#lastAnswered, ...this.#unanswered.values());
    return {
      guest: this.#guest,
      sent: this.#sent,
      lost: this.#unanswered.size,
      maxUdpGapMs: Math.round(Math.max(this.#maxUdpGap, lastAsked - this.#lastAnswered)),
      boots: [...this.#boots],
      tcpAnswers: this.#tcpAnswers,
      maxTcpGapMs: Math.round(Math.max(this.#maxTcpGap, now - (this.#tcpSince ?? now))),
      ...(this.#tcpBroken === undefined ? {} : { tcpBroken: this.#tcpBroken }),
    };
  }
}
