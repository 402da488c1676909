import type { EngineClient } from "../doors/engine-log.ts";
import { PATIENCE } from "../doors/engine-log.ts";
import { engine, engineService, grpc, status, statusService } from "./library.ts";
import { encode } from "./struct.ts";
import { HOST, type Named, viewName } from "./urn.ts";
import type { HostView, ViewChange } from "./views.ts";

/** The log of the engine that listens there. */
export function engineClient(address: string): EngineClient {
  const client = new engineService.EngineClient(address, grpc.credentials.createInsecure());
  return {
    log(text, severity, urn) {
      const request = new engine.LogRequest();
      request.setSeverity(severity === "warning" ? engine.LogSeverity.WARNING : engine.LogSeverity.INFO);
      request.setMessage(text);
      request.setUrn(urn);
      request.setEphemeral(severity === "progress");
      return new Promise((resolve) => {
        client.log(request, new grpc.Metadata(), { deadline: Date.now() + PATIENCE }, (error) =>
          resolve(error === null),
        );
      });
    },
  };
}

/** Where the rows of one operation are published. */
export interface Stage {
  /** Empty where the engine has no rows. */
  readonly address: string;
  readonly token: string;
}

/** A request holds so many rows at most. */
const AT_ONCE = 500;

/** Shows rows of a resource. Rejects with what the engine said, a token that has expired for example. */
export async function publish({ address, token }: Stage, of: Named, changes: readonly ViewChange[]): Promise<void> {
  if (changes.length === 0) return;
  const client = new statusService.ResourceStatusClient(address, grpc.credentials.createInsecure());
  try {
    for (let at = 0; at < changes.length; at += AT_ONCE) {
      const request = new status.PublishViewStepsRequest();
      request.setToken(token);
      request.setStepsList(changes.slice(at, at + AT_ONCE).map((change) => stepOf(of, change)));
      await new Promise<void>((resolve, reject) => {
        client.publishViewSteps(request, new grpc.Metadata(), { deadline: Date.now() + 6 * PATIENCE }, (error) =>
          error === null ? resolve() : reject(error),
        );
      });
    }
  } finally {
    client.close();
  }
}

function stepOf(of: Named, { op, host, before, after, failure }: ViewChange): InstanceType<typeof status.ViewStep> {
  const { Op, Status } = status.ViewStep;
  const ops = { same: Op.SAME, create: Op.CREATE, update: Op.UPDATE, delete: Op.DELETE };
  const step = new status.ViewStep();
  step.setOp(ops[op]);
  step.setType(HOST);
  step.setName(viewName(of, host));
  step.setStatus(failure === undefined ? Status.OK : Status.PARTIAL_FAILURE);
  if (failure !== undefined) step.setError(failure);
  if (before !== undefined) step.setOld(stateOf(of, host, before));
  if (after !== undefined) step.setNew(stateOf(of, host, after));
  return step;
}

function stateOf(of: Named, host: string, view: HostView): InstanceType<typeof status.ViewStepState> {
  const state = new status.ViewStepState();
  state.setType(HOST);
  state.setName(viewName(of, host));
  state.setInputs(encode({ ...view }));
  state.setOutputs(encode({ ...view }));
  return state;
}
