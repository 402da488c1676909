import { type ProviderConfig, readConfig } from "../core/provider-config.ts";
import { unknownPaths } from "../lifecycle/unknown.ts";
import { invalid } from "./invalid.ts";
import { provider, type providerPb } from "./library.ts";
import { decode } from "./struct.ts";

/** What the engine adds to the configuration of every provider. */
const ITS_OWN = ["version", "pluginDownloadURL", "__internal"];

/** The configuration as it came, secrets included, and what is wrong with it; no value of it is repeated. */
export function checkConfig(request: providerPb.CheckRequest): providerPb.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(request.getNews());
  response.setFailuresList(
    problemsOf(decode(request.getNews()).props).map((reason) => {
      const failure = new provider.CheckFailure();
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

/** What is configured. Throws `invalid` where `checkConfig` was passed over. */
export function configured(request: providerPb.ConfigureRequest): ProviderConfig {
  const { props } = decode(request.getArgs());
  const config = readConfig(ours(props));
  if (!config.success) throw invalid(`The configuration is not valid: ${problemsOf(props).join("; ")}.`);
  return config.data;
}

/** Reasons name the property, never a value: all of them are credentials. */
function problemsOf(props: Readonly<Record<string, unknown>>): string[] {
  const config = readConfig(ours(props));
  if (config.success) return [];
  const unknown = unknownPaths(props).map((path) => String(path[0]));
  return config.error.issues
    .filter(({ path }) => !unknown.includes(String(path[0])))
    .map((issue) => {
      if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")}: there is no such setting`;
      return `${issue.path.join(".")}: ${issue.message.replace(/,? received .*/, "")}`;
    });
}

function ours(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !ITS_OWN.includes(key)));
}
