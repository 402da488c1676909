import { z } from "zod";

const NO_CREDENTIALS = "holds credentials; credentials are never inputs";

/** An http(s) address without credentials. */
export const plainUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http(s) URL like "https://alerts.example.com"' })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), NO_CREDENTIALS);
