import { z } from "zod";
import { own } from "./own.ts";
import { variable } from "./program.ts";

const from = (what: string, name: string) =>
  z.string().min(1).optional().describe(`${what} The environment variable ${name} wins over it.`);

/**
 * What may be configured for the plugin: credentials, for those who keep them in the stack's configuration rather than in the
 * environment of the Pulumi command. Every one is a secret.
 */
export const providerConfig = z.strictObject({
  prometheusUsername: from("User that asks Prometheus.", "PROMETHEUS_USERNAME"),
  prometheusPassword: from("Password of that user.", "PROMETHEUS_PASSWORD"),
  prometheusBearerToken: from("Token for Prometheus, instead of user and password.", "PROMETHEUS_BEARER_TOKEN"),
  alertmanagerUsername: from("User that asks Alertmanager.", "ALERTMANAGER_USERNAME"),
  alertmanagerPassword: from("Password of that user.", "ALERTMANAGER_PASSWORD"),
  alertmanagerBearerToken: from("Token for Alertmanager, instead of user and password.", "ALERTMANAGER_BEARER_TOKEN"),
  sshPassphrase: from("Passphrase of private keys that hosts are reached with.", "ROLLING_PATCH_SSH_PASSPHRASE"),
  environment: z
    .record(variable, z.string())
    .optional()
    .describe(
      "Variables by name for suites, hooks and receivers of notices, as if they were in the environment, where those that are there win: `SLACK_WEBHOOK_URL`, for example.",
    ),
});

export type ProviderConfig = z.output<typeof providerConfig>;

/** What the engine hands to a provider: anything but a text comes as JSON. Its issues name the property, never a value. */
export function readConfig(given: Readonly<Record<string, unknown>>): z.ZodSafeParseResult<ProviderConfig> {
  const { environment, ...texts } = given;
  return providerConfig.safeParse(
    environment === undefined
      ? texts
      : { ...texts, environment: typeof environment === "string" ? fromJson(environment) : environment },
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The environment with what is configured, under the names by which everything looks for it. What the environment has wins: a service
 * of which it knows any credential gets none that is configured, so that a user of here never meets a token of there.
 */
export function environmentWith(
  { environment: named = {}, ...config }: ProviderConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const isThere = (name: string): boolean => (own(environment, name) ?? "") !== "";
  const taken = new Set(credentialKeys.filter((key) => isThere(variableOf(key))).map(serviceOf));
  const configured = credentialKeys
    .filter((key) => config[key] !== undefined && !taken.has(serviceOf(key)))
    .map((key) => [variableOf(key), config[key]] as const);
  const others = Object.entries(named).filter(([name]) => !isThere(name));
  return { ...environment, ...Object.fromEntries([...others, ...configured]) };
}

type CredentialKey = Exclude<keyof ProviderConfig, "environment">;
const credentialKeys = Object.keys(providerConfig.shape).filter((key): key is CredentialKey => key !== "environment");

/** `prometheusBearerToken` is PROMETHEUS_BEARER_TOKEN; what is ours has our name before it. */
function variableOf(key: CredentialKey): string {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return key === "sshPassphrase" ? `ROLLING_PATCH_${name}` : name;
}

const serviceOf = (key: string): string => key.replace(/[A-Z].*/, "");
