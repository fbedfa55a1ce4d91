/** TensorFlow's status as a typed error: code, message and the node that failed. */
import type { CApi, Pointer } from "./c-api.ts";

/** TF_Code of tensorflow/c/tf_status.h, in order. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
export type TensorFlowCode = (typeof CODES)[number];

export class TensorFlowError extends Error {
  override readonly name = "TensorFlowError";
  readonly code: TensorFlowCode;
  /** Name of the graph node that TensorFlow blames, where it names one. */
  readonly node: string | undefined;

  constructor(operation: string, code: TensorFlowCode, message: string) {
    super(`${operation}: TensorFlow says ${code}: ${message}`);
    this.code = code;
    this.node = nodeIn(message);
  }
}

/** "… [[{{node layers/0/matMul}}]]" or "… NodeDef 'x'" or "node 'x'". */
function nodeIn(message: string): string | undefined {
  const match =
    /\{\{(?:function_node [^}]*\}\}\{\{)?node ([^}]+)\}\}/.exec(message) ??
    /[Nn]ode '([^']+)'/.exec(message);
  return match?.[1];
}

/**
 * Runs `call` with a fresh status and turns a failure into a `TensorFlowError`.
 * @param operation names the C function in the message.
 */
export function withStatus<Result>(
  api: CApi,
  operation: string,
  call: (status: Pointer) => Result,
): Result {
  const status = api.newStatus();
  try {
    const result = call(status);
    checkStatus(api, operation, status);
    return result;
  } finally {
    api.deleteStatus(status);
  }
}

/** @throws {TensorFlowError} where `status` is not OK. */
export function checkStatus(api: CApi, operation: string, status: Pointer): void {
  const code = api.statusCode(status);
  if (code !== 0) {
    throw new TensorFlowError(operation, CODES[code] ?? "UNKNOWN", api.statusMessage(status));
  }
}
