import { z } from "zod";

/** Names of hosts, each once. */
export function hostList(least: number): z.ZodArray<z.ZodString> {
  return z
    .array(z.string().min(1, "a host has a name"))
    .min(least, least === 1 ? "name at least one host" : `name at least ${least} hosts`)
    .superRefine((names, context) => {
      for (const { index, name } of repeated(names))
        context.addIssue({ code: "custom", path: [index], message: `"${name}" is named twice` });
    });
}

/** Names that came before, with where they come again. */
export function* repeated(names: readonly string[]): Generator<{ index: number; name: string }> {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) yield { index, name };
    seen.add(name);
  }
}
