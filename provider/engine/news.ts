import type { Step } from "../core/run.ts";

/** One line for people about what a roll does. */
export interface News {
  readonly kind: "start" | "progress" | "end" | "note" | "warning";
  readonly host?: string;
  /** The host's place among those this run rolls, from 1. */
  readonly position?: { readonly index: number; readonly of: number };
  readonly step?: Step;
  readonly text: string;
}
