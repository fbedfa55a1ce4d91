/** A checkpoint of others that cannot become a model here; the message names the field and the remedy. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}
