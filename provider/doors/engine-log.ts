export type Severity = "info" | "warning" | "progress";

/** Texts for people, to the engine that started this process. */
export interface EngineLog {
  /** Whole lines; `progress` shows only until the next one, where the terminal can do that. `urn`: of the row; default: the stack's. */
  say(text: string, severity: Severity, urn?: string): void;
  /** Resolves when the engine has taken everything that was said. */
  flush(): Promise<void>;
}

/** The engine's own log service. */
export interface EngineClient {
  /** False when the engine did not take it. */
  log(text: string, severity: Severity, urn: string): Promise<boolean>;
}

/** Longest that the engine may take to answer, milliseconds. */
export const PATIENCE = 5_000;

/**
 * The engine's own log: a text of several lines stays together there, and a warning is one, neither of which holds for what a
 * provider prints. `print` takes over when the engine cannot be reached that way. `clientOf`: undefined when there is no way.
 */
export function engineLog(clientOf: () => EngineClient | undefined, print: (text: string) => void): EngineLog {
  let client: EngineClient | undefined;
  let lost = false;
  let queue: Promise<void> = Promise.resolve();
  return {
    say(text, severity, urn = "") {
      queue = queue.then(async () => {
        client ??= clientOf();
        if (client !== undefined && !lost && (await client.log(text, severity, urn))) return;
        lost = client !== undefined;
        if (severity !== "progress") print(severity === "warning" ? `warning: ${text}` : text);
      });
    },
    flush: () => queue,
  };
}
