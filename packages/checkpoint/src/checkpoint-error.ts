/** Why a checkpoint cannot be used or written, as a tag that callers can act on. */
export type CheckpointFault =
  /** No whole checkpoint in this folder: the manifest is missing. */
  | "missing"
  /** A file is shorter or longer than the manifest says. */
  | "truncated"
  /** Bytes differ from what was written. */
  | "corrupt"
  /** Whole, but its tensors are not those of its model config. */
  | "foreign"
  /** Written by another version of the format. */
  | "version"
  /** Would have been overwritten. */
  | "exists";

export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  readonly fault: CheckpointFault;
  readonly path: string;

  constructor(fault: CheckpointFault, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.path = path;
  }
}
