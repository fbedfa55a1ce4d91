/**
 * RFC 9457 problem documents: the only form in which this API reports a failure.
 * A problem names the field and the limit; it never carries a path, a stack or a library's message.
 */
import type { Problem } from "@performer/schema";
import type { Response } from "express";

/** Every kind of problem that the API answers with, its HTTP status and its title. */
export const KINDS = {
  "malformed-json": [400, "The body is not valid JSON"],
  "malformed-fasta": [400, "The body is not valid FASTA"],
  "invalid-request": [400, "The request does not fit the contract"],
  unauthorized: [401, "This needs an API key"],
  "not-found": [404, "There is nothing at this address"],
  "unknown-run": [404, "There is no such run"],
  "unknown-model": [404, "There is no such model"],
  "unknown-accession": [404, "There is no such named sequence"],
  "unknown-job": [404, "There is no such job"],
  "no-attention-map": [404, "The model's attention has no map"],
  "method-not-allowed": [405, "This address does not take this method"],
  "not-acceptable": [406, "The answer has no such format"],
  "body-too-slow": [408, "The body did not come in time"],
  "job-not-done": [409, "The job has no result yet"],
  "body-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The body has a type that is not read here"],
  "unknown-host": [421, "The server does not go by this name"],
  "not-fasta": [422, "The body is not a FASTA file"],
  "empty-sequence": [422, "The sequence is empty"],
  "not-a-protein": [422, "The sequence is not a protein sequence"],
  "sequence-too-long": [422, "The sequence is too long"],
  "answer-too-large": [422, "The answer would be too large"],
  "unfit-model": [422, "The model does not do this"],
  busy: [429, "The server is busy"],
  "rate-limited": [429, "Too many requests"],
  "internal-error": [500, "The server failed"],
  "no-model": [503, "There is no trained model yet"],
  draining: [503, "The server is closing"],
  "store-locked": [503, "The experiment store is locked"],
  "deadline-exceeded": [504, "The deadline has passed"],
  "disk-full": [507, "The server's disk is full"],
} as const;
export type ProblemKind = keyof typeof KINDS;

export interface ProblemOptions {
  /** What was wrong and how to put it right, for a person. */
  readonly detail: string;
  /** JSON pointer into the body, or name of the query parameter. */
  readonly field?: string;
  readonly limit?: number;
  readonly retryAfterSeconds?: number;
  /** Methods of the Allow header of a 405. */
  readonly allow?: string;
}

/** Thrown anywhere below a route; the error handler turns it into the answer. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly kind: ProblemKind;
  readonly options: ProblemOptions;

  constructor(kind: ProblemKind, options: ProblemOptions) {
    super(options.detail);
    this.kind = kind;
    this.options = options;
  }

  get status(): number {
    return KINDS[this.kind][0];
  }

  /** The document itself, as the schema `Problem` describes it. */
  toProblem(): Problem {
    const { detail, field, limit } = this.options;
    const [status, title] = KINDS[this.kind];
    return {
      type: `urn:protein-performer:problem:${this.kind}`,
      title,
      status,
      detail,
      ...(field !== undefined && { field }),
      ...(limit !== undefined && { limit }),
    };
  }
}

export function sendProblem(response: Response, problem: ProblemError): void {
  const { retryAfterSeconds, allow } = problem.options;
  if (retryAfterSeconds !== undefined) response.set("Retry-After", String(retryAfterSeconds));
  if (allow !== undefined) response.set("Allow", allow);
  if (problem.kind === "unauthorized") response.set("WWW-Authenticate", "Bearer");
  response.status(problem.status).type("application/problem+json");
  response.send(JSON.stringify(problem.toProblem()));
}
