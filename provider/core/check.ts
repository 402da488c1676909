import { z } from "zod";
import { someTime } from "./duration.ts";

/** Gates at which a check may be asked: before a host is cordoned, on the patched empty host, with its load back, at the end of the roll. */
export const checkPoint = z.enum(["preflight", "verify", "gate", "end"]);
export type CheckPoint = z.output<typeof checkPoint>;

const common = {
  name: z.string().min(1).describe("Unique in the resource; messages use it."),
  at: z.array(checkPoint).min(1).default(["verify", "end"]).describe("Gates at which it is asked."),
  timeout: someTime.prefault("10s").describe("Longest a single try may take (process time)."),
};

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http(s) URL like "https://shop.example.com/health"' })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "holds credentials; credentials are never inputs");

/** An assertion about the service or a host. `{host}` in url, address and command stands for the host at hand. */
export const check = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    ...common,
    url: httpUrl,
    status: z.int().min(100).max(599).default(200).describe("Expected status."),
    body: z.string().min(1).optional().describe("Text that the body must contain."),
  }),
  z.strictObject({
    kind: z.literal("tcp"),
    ...common,
    address: z.string().min(1).describe("Host name or address; `{host}` is the host at hand."),
    port: z.int().min(1).max(65535),
  }),
  z.strictObject({
    kind: z.literal("command"),
    ...common,
    command: z
      .array(z.string())
      .min(1)
      .refine(([program]) => program?.trim() !== "", { path: [0], message: "must name a program" })
      .describe("Program and arguments; no shell. Passes when it exits with 0."),
  }),
]);

export type Check = z.output<typeof check>;
export type CheckInput = z.input<typeof check>;
