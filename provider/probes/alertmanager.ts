import { forHost, parseMatcher } from "../core/matcher.ts";
import { wallTimeIn } from "../engine/clock.ts";
import type { Silencer } from "../engine/gate-ports.ts";
import type { Clock } from "../engine/ports.ts";
import { within } from "./limit.ts";
import { authorization, type Called, call, jsonOf, under } from "./web.ts";

/** Longest that Alertmanager may take for one answer, milliseconds. */
const TIMEOUT = 10_000;
const CREATOR = "rolling-patch";

/** Silences in Alertmanager, found again by their comment: what was created and not heard of is not created twice. */
export function silencer(clock: Clock): Silencer {
  const ask = (
    url: string,
    method: "GET" | "POST" | "DELETE",
    path: string,
    json: unknown,
    signal: AbortSignal,
  ): Promise<Called> =>
    within(clock, TIMEOUT, signal, (limit) =>
      call({ method, url: under(url, path), headers: authorization("ALERTMANAGER"), json }, limit),
    );

  const ours = async (url: string, mark: string, signal: AbortSignal): Promise<{ ids: string[] } | Problem> => {
    const answer = jsonOf(await ask(url, "GET", "/api/v2/silences", undefined, signal));
    if ("problem" in answer) return answer;
    if (!Array.isArray(answer.json)) return { problem: "an answer that is no list of silences" };
    const alive = (answer.json as Kept[]).filter(
      ({ createdBy, comment, status }) => createdBy === CREATOR && comment === mark && status?.state !== "expired",
    );
    return { ids: alive.flatMap(({ id }) => (typeof id === "string" ? [id] : [])) };
  };

  return {
    async hold({ alertmanager, matchers, lasting }, host, mark, signal) {
      const found = await ours(alertmanager, mark, signal);
      if ("problem" in found) return found.problem;
      const [id] = found.ids;
      const silence = {
        ...(id === undefined ? {} : { id }),
        matchers: matchers.flatMap((text) => parseMatcher(text) ?? []).map((one) => forHost(one, host)),
        startsAt: wallTimeIn(0),
        endsAt: wallTimeIn(lasting),
        createdBy: CREATOR,
        comment: mark,
      };
      const answer = jsonOf(await ask(alertmanager, "POST", "/api/v2/silences", silence, signal));
      return "problem" in answer ? answer.problem : undefined;
    },

    async end(alertmanager, mark, signal) {
      const found = await ours(alertmanager, mark, signal);
      if ("problem" in found) return found.problem;
      for (const id of found.ids) {
        const path = `/api/v2/silence/${encodeURIComponent(id)}`;
        const answer = jsonOf(await ask(alertmanager, "DELETE", path, undefined, signal));
        if ("problem" in answer) return answer.problem;
      }
      return undefined;
    },
  };
}

type Problem = { readonly problem: string };

interface Kept {
  readonly id?: unknown;
  readonly createdBy?: unknown;
  readonly comment?: unknown;
  readonly status?: { readonly state?: unknown };
}
