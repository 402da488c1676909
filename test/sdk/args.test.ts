import { readFileSync } from "node:fs";
import type { Input } from "@pulumi/pulumi";
import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { baseline } from "../../provider/core/baseline.ts";
import type { CheckInput } from "../../provider/core/check.ts";
import type { HookInput } from "../../provider/core/hook.ts";
import type { ReceiverInput } from "../../provider/core/notice.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import type { ProbeInput } from "../../provider/core/probe.ts";
import type { SilenceInput } from "../../provider/core/silence.ts";
import type { SuiteInput } from "../../provider/core/suite.ts";
import type { target } from "../../provider/core/target.ts";
import type {
  BaselineArgs,
  CheckArgs,
  HookArgs,
  NotifyArgs,
  PolicyArgs,
  ProbeArgs,
  SilenceArgs,
  SuiteArgs,
  TargetArgs,
} from "../../sdk/args.ts";
import { sdkFiles } from "../../tools/sdk-args.ts";

test.each([...sdkFiles()])("%s is what the schemas say (`node tools/sdk-args.ts` writes it)", (path, text) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each([...sdkFiles()])("%s: every field and every form has a docstring", (_path, text) => {
  const lines = text.split("\n");
  const bare = lines.filter((line, index) => {
    const declares = /^ {2}(?:readonly )?\w+\??: |^export (?:interface|type) /.test(line);
    return declares && !lines[index - 1]?.trimEnd().endsWith("*/");
  });
  expect(bare).toEqual([]);
});

test("every input may be an Output on every level, and is what the schema takes", () => {
  expectTypeOf<PolicyArgs>().toEqualTypeOf<Inputs<PolicyInput>>();
  expectTypeOf<BaselineArgs>().toEqualTypeOf<Inputs<z.input<typeof baseline>>>();
  expectTypeOf<TargetArgs>().toEqualTypeOf<Inputs<z.input<typeof target>>>();
  expectTypeOf<NotifyArgs>().toEqualTypeOf<Inputs<ReceiverInput>>();
  expectTypeOf<SilenceArgs>().toEqualTypeOf<Inputs<SilenceInput>>();
  expectTypeOf<HookArgs>().toEqualTypeOf<Inputs<HookInput>>();
  expectTypeOf<ProbeArgs>().toEqualTypeOf<Inputs<ProbeInput>>();
  expectTypeOf<SuiteArgs>().toEqualTypeOf<Inputs<SuiteInput>>();
  expectTypeOf<CheckArgs>().toEqualTypeOf<Inputs<CheckInput>>();
});

/** A schema's input type with `Input` around every value, and optional ones open to `undefined` inside of it as well. */
type Inputs<T> = T extends unknown ? InputsOf<T> : never;
type InputsOf<T> = {
  [K in keyof T]: undefined extends T[K] ? Input<Value<Exclude<T[K], undefined>> | undefined> : Input<Value<T[K]>>;
};
type Value<T> = T extends readonly (infer Item)[] ? Input<Value<Item>>[] : T extends object ? Inputs<T> : T;
