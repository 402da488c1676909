import { z } from "zod";

/** A program on the machine that rolls, as suites and hooks name it: no shell. */
export const command = z
  .array(z.string())
  .min(1)
  .refine(([program]) => program?.trim() !== "", { path: [0], message: "must name a program" });

/** Names of environment variables, as programs and receivers are given them: values are never inputs. */
export const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, like "SHOP_TOKEN"');

export const variables = z.array(variable).default([]);
