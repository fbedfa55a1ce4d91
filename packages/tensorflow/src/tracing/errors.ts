/** What goes wrong while a tfjs function is recorded, each with its remedy. */
export class TracingError extends Error {
  override readonly name = "TracingError";
}
