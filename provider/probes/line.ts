/** How one workload is asked, again and again. */
export interface Line {
  /** Sends one request; ends soon after the signal. Never repeats it. */
  ask(signal: AbortSignal): Promise<Reply>;
  /** Gives up connections that are kept. */
  close(): void;
}

/** `ms`: what was measured instead of the time from when the request was due. `why`: for people, holds no secret. */
export type Reply = { readonly ok: true; readonly ms?: number } | { readonly ok: false; readonly why: string };

/** A workload that cannot be asked. */
export function brokenLine(why: string): Line {
  return { ask: async () => ({ ok: false, why }), close() {} };
}
