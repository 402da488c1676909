import type { Check } from "../core/check.ts";
import { forHost, matcherText, parseMatcher } from "../core/matcher.ts";
import { type Answer, failed, type Question, since } from "./answer.ts";
import { intoAddress } from "./host.ts";
import { authorization, call, jsonOf, under } from "./web.ts";

type AlertsCheck = Extract<Check, { kind: "alerts" }>;
type Labels = Readonly<Record<string, unknown>>;

/** Alerts that are named. */
const SHOWN = 5;

/** Passes when nothing is alarming: the query gives nothing, or no alert that is neither silenced nor inhibited matches. */
export async function askAlerts(check: AlertsCheck, question: Question): Promise<Answer> {
  const { clock, host } = question;
  const started = clock.now();
  // Whatever stands where {host} does has to be a plain name: it becomes part of a query.
  const name = intoAddress("{host}", host);
  if (usesHost(check) && "problem" in name) return failed(name.problem);
  const found = await (check.query === undefined ? inAlertmanager(check, question) : inPrometheus(check, question));
  const where = `after ${since(clock, started)}`;
  if ("problem" in found) return failed(`${found.problem} ${where} (${check.url})`);
  const { alerts } = found;
  if (alerts.length === 0) return { passed: true, evidence: `silent ${where} (${check.url})` };
  const more = alerts.length > SHOWN ? `, and ${alerts.length - SHOWN} more` : "";
  const count = alerts.length === 1 ? "1 alert" : `${alerts.length} alerts`;
  return failed(`${count} ${where}: ${alerts.slice(0, SHOWN).map(nameOf).join(", ")}${more} (${check.url})`);
}

export function usesHost({ query = "", matchers = [] }: Pick<AlertsCheck, "query" | "matchers">): boolean {
  return [query, ...matchers].some((text) => text.includes("{host}"));
}

type Found = { readonly alerts: readonly Labels[] } | { readonly problem: string };

async function inPrometheus({ url, query = "" }: AlertsCheck, { host = "", signal }: Question): Promise<Found> {
  const address = under(url, "/api/v1/query");
  address.searchParams.set(
    "query",
    query.replaceAll("{host}", () => host),
  );
  const answer = jsonOf(await call({ method: "GET", url: address, headers: authorization("PROMETHEUS") }, signal));
  if ("problem" in answer) return answer;
  const { resultType, result } = object(object(answer.json).data);
  if (resultType !== "vector" || !Array.isArray(result))
    return {
      problem: `the query gave ${typeof resultType === "string" ? `a ${resultType}` : "nothing"}, not a vector`,
    };
  return { alerts: result.map((one) => object(object(one).metric)) };
}

async function inAlertmanager({ url, matchers = [] }: AlertsCheck, { host = "", signal }: Question): Promise<Found> {
  const address = under(url, "/api/v2/alerts");
  for (const [key, value] of Object.entries({ active: true, silenced: false, inhibited: false, unprocessed: false }))
    address.searchParams.set(key, String(value));
  for (const text of matchers) {
    const parsed = parseMatcher(text);
    if (parsed !== undefined) address.searchParams.append("filter", matcherText(forHost(parsed, host)));
  }
  const answer = jsonOf(await call({ method: "GET", url: address, headers: authorization("ALERTMANAGER") }, signal));
  if ("problem" in answer) return answer;
  if (!Array.isArray(answer.json)) return { problem: "an answer that is no list of alerts" };
  return { alerts: answer.json.map((one) => object(object(one).labels)) };
}

/** "HostDown (h1:9100)". */
function nameOf({ alertname, __name__, instance }: Labels): string {
  const name = [alertname, __name__].find((one) => typeof one === "string") ?? "unnamed";
  return typeof instance === "string" ? `${name} (${instance})` : `${name}`;
}

const object = (value: unknown): Labels => (typeof value === "object" && value !== null ? (value as Labels) : {});
