import type { ServiceError, StatusObject } from "@grpc/grpc-js";
import { type ErrorKind, isRollError } from "../core/errors.ts";
import type { PartialFailure } from "../lifecycle/partial.ts";
import type { Path } from "../lifecycle/unknown.ts";
import { any, grpc, provider, rpcStatus } from "./library.ts";
import { encode } from "./struct.ts";

const codes: Readonly<Record<ErrorKind, number>> = {
  invalid: grpc.status.INVALID_ARGUMENT,
  unavailable: grpc.status.UNAVAILABLE,
  denied: grpc.status.PERMISSION_DENIED,
  conflict: grpc.status.FAILED_PRECONDITION,
  failed: grpc.status.FAILED_PRECONDITION,
  cancelled: grpc.status.CANCELLED,
};

/** What went wrong, as gRPC says it. A bug is told with its stack, on standard error too: the engine keeps that in its debug log. */
export function statusOf(error: unknown): Partial<StatusObject> | ServiceError {
  if (isStatus(error)) return error;
  if (isRollError(error)) return { code: codes[error.kind], details: error.advice };
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(told);
  return { code: grpc.status.INTERNAL, details: `This is a bug of rolling-patch: ${told}` };
}

function isStatus(error: unknown): error is Partial<StatusObject> {
  return typeof error === "object" && error !== null && "code" in error && "details" in error;
}

/** `instanceof` would load the lifecycle before it is needed. */
export function isPartial(error: unknown): error is PartialFailure {
  return error instanceof Error && error.name === "PartialFailure";
}

export interface EarlyEnd {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secrets: readonly Path[];
  readonly reasons: readonly string[];
}

/** The roll ended early: the engine saves what is done, and fails the update. */
export function initFailed({ id, properties, inputs, secrets, reasons }: EarlyEnd): Partial<StatusObject> {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(encode(properties, secrets));
  detail.setInputs(encode(inputs, secrets));
  detail.setReasonsList([...reasons]);
  detail.setRefreshBeforeUpdate(true);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = reasons.join("\n");
  const status = new rpcStatus.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(details);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}
