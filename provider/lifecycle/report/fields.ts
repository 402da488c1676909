import { own } from "../../core/own.ts";

/** Fields of journal entries, whatever version of this package wrote them: what is not there or of another kind is undefined. */

export function fieldOf(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null ? own(data as Readonly<Record<string, unknown>>, name) : undefined;
}

export function textOf(data: unknown, name: string): string | undefined {
  const value = fieldOf(data, name);
  return typeof value === "string" ? value : undefined;
}

export function numberOf(data: unknown, name: string): number | undefined {
  const value = fieldOf(data, name);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function listOf(data: unknown, name: string): readonly unknown[] {
  const value = fieldOf(data, name);
  return Array.isArray(value) ? value : [];
}

export function textsOf(data: unknown, name: string): string[] {
  return listOf(data, name).filter((one) => typeof one === "string");
}
