/** Ends a job as failed. The message is for who sent it: no path, and the remedy. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
}
