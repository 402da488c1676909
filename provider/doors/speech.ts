import type { News } from "../engine/news.ts";
import type { Surroundings } from "../lifecycle/surroundings.ts";
import type { EngineLog } from "./engine-log.ts";

/** What a lifecycle says, to the engine. */
export interface Speech {
  say(text: string, severity?: "info" | "warning"): void;
  progress(text: string): void;
}

/**
 * A check that the engine asks for twice says its plan once, and an act does not repeat where it stands. A reader who has gone is
 * no reason to stop. `urn`: of the row; default: the stack's.
 */
export function speech(log: EngineLog, urn?: string, said = new Set<string>()): Speech {
  for (const stream of [process.stdout, process.stderr])
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  return {
    say(text, severity = "info") {
      if (said.has(text) && text.includes("\n")) return;
      said.add(text);
      log.say(text, severity, urn);
    },
    progress(text) {
      if (said.has(text)) return;
      said.add(text);
      log.say(text, "progress", urn);
    },
  };
}

/** Who hears one call to a lifecycle. */
export interface Voice extends Speech {
  tell(line: News): void;
}

/** The same world, heard by this voice. */
export function heardBy(around: Surroundings, voice: Voice): Surroundings {
  return {
    ...around,
    say: (text, severity) => voice.say(text, severity),
    progress: (text) => voice.progress(text),
    tell: (line) => voice.tell(line),
  };
}
