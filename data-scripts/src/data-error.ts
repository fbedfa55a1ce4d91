/** A failure that a person can do something about; the message ends with what. */
export class DataError extends Error {
  override readonly name = "DataError";
}
