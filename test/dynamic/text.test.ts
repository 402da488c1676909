import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, test } from "vitest";

const file = join(import.meta.dirname, "../../provider/dynamic/text.cjs");
const folder = mkdtempSync(join(tmpdir(), "provider-text-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Pulumi saves the serialised text in every stack's state. Were this digest to change, every resource of every user
 * would show an update after the upgrade; should the text ever have to change, it is a breaking release. (Another version of
 * Pulumi's SDK may wrap the same text in other words: then the digest is taken anew.)
 */
describe("the text of the dynamic provider", () => {
  test("is the one that stacks have saved", async () => {
    expect(sha256(await serialised(file))).toBe("1d1dc81eaec40d080fcd07c1c43e9530d71c81d47464d42aa42a3e15f36695b1");
  });

  test("is built into the package as it is written", () => {
    const built = join(import.meta.dirname, "../../dist/provider/dynamic/text.cjs");
    expect(readFileSync(built, "utf8")).toBe(readFileSync(file, "utf8"));
  });

  test("is the same from an installed package", async () => {
    const installed = join(folder, "node_modules/pulumi-rolling-patch/dist/provider/dynamic");
    mkdirSync(installed, { recursive: true });
    cpSync(file, join(installed, "text.cjs"));
    cpSync(
      join(import.meta.dirname, "../../package.json"),
      join(folder, "node_modules/pulumi-rolling-patch/package.json"),
    );
    expect(await serialised(join(installed, "text.cjs"))).toBe(await serialised(file));
  });

  test("captures nothing, and does nothing but call the installed package", async () => {
    const text = await serialised(file);
    expect(text.length).toBeLessThan(3_000);
    expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(
      Array(6).fill("pulumi-rolling-patch/dynamic"),
    );
  });

  test("answers every call that the dynamic host makes, with the names that the package exports", async () => {
    const { provider } = createRequire(import.meta.url)(file);
    const calls = Object.keys(provider).sort();
    expect(calls).toEqual(["check", "create", "delete", "diff", "read", "update"]);
    expect(Object.keys(await import("../../provider/main.ts")).sort()).toEqual(calls);
    for (const call of calls)
      expect(provider[call].toString()).toContain(`require("pulumi-rolling-patch/dynamic").${call}(`);
  });
});

async function serialised(path: string): Promise<string> {
  const { provider } = createRequire(import.meta.url)(path);
  const { text } = await pulumi.runtime.serializeFunction(() => provider);
  return text;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
