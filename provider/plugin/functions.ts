import { readable } from "../doors/failures.ts";
import type { FunctionName } from "../lifecycle/functions.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { invalid } from "./invalid.ts";
import { provider, type providerPb } from "./library.ts";
import { decode, encode } from "./struct.ts";

const TOKEN = /^rolling-patch:index:(?<name>.*)$/;
const NAMES: readonly FunctionName[] = ["getFleet", "getCompliance", "planRoll"];

/** What other stacks, policies and dashboards ask. */
export class Functions {
  readonly #open: () => Promise<Lifecycle>;

  constructor(open: () => Promise<Lifecycle>) {
    this.#open = open;
  }

  async invoke(request: providerPb.InvokeRequest): Promise<providerPb.InvokeResponse> {
    const asked = TOKEN.exec(request.getTok())?.groups?.name;
    const name = NAMES.find((one) => one === asked);
    if (name === undefined)
      throw invalid(`There is no function ${request.getTok()}: this provider has ${NAMES.join(", ")}.`);
    const { props } = decode(request.getArgs());
    const answered = await (await this.#open()).answer(name, props);
    const response = new provider.InvokeResponse();
    if ("answer" in answered) response.setReturn(encode(answered.answer));
    else
      response.setFailuresList(
        answered.failures.map(readable).map(({ reason }) => {
          const failure = new provider.CheckFailure();
          failure.setReason(reason);
          return failure;
        }),
      );
    return response;
  }
}
