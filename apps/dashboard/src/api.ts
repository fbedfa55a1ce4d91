/**
 * The REST client: one function a route, each answer checked against the contract of @performer/schema.
 * Everything that can go wrong leaves as an `ApiError` that a person can act on.
 */
import {
  type AttentionRequest,
  AttentionResponse,
  type EmbeddingsRequest,
  EmbeddingsResponse,
  ModelDetails,
  type ModelSummary,
  ModelsResponse,
  type MutationsRequest,
  MutationsResponse,
  Problem,
  parseWith,
  type RunSummary,
  RunsResponse,
  SchemaError,
  SimilarityResponse,
} from "@performer/schema";
import type { z } from "zod";
import { authorization } from "./api-key.ts";

/**
 * unreachable: no answer. locked: it needs an API key. refused: another problem document. malformed: an
 * answer outside the contract.
 */
export type ApiFault = "unreachable" | "locked" | "refused" | "malformed";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly fault: ApiFault;
  /** HTTP status, or null where no answer came. */
  readonly status: number | null;

  constructor(fault: ApiFault, message: string, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
    this.status = status;
  }
}

export async function fetchModels(signal: AbortSignal): Promise<ModelSummary[]> {
  return (await get("/v1/models", ModelsResponse, signal)).models;
}

export async function fetchRuns(signal: AbortSignal): Promise<RunSummary[]> {
  return (await get("/v1/runs", RunsResponse, signal)).runs;
}

export function fetchModel(id: string, signal: AbortSignal): Promise<ModelDetails> {
  return get(`/v1/models/${encodeURIComponent(id)}`, ModelDetails, signal);
}

export function fetchAttention(
  question: AttentionRequest,
  signal: AbortSignal,
): Promise<AttentionResponse> {
  return post("/v1/attention", question, AttentionResponse, signal);
}

export function fetchMutations(
  question: z.input<typeof MutationsRequest>,
  signal: AbortSignal,
): Promise<MutationsResponse> {
  return post("/v1/mutations", question, MutationsResponse, signal);
}

export function fetchEmbeddings(
  question: z.input<typeof EmbeddingsRequest>,
  signal: AbortSignal,
): Promise<EmbeddingsResponse> {
  return post("/v1/embeddings", question, EmbeddingsResponse, signal);
}

export function fetchSimilarity(model: string, signal: AbortSignal): Promise<SimilarityResponse> {
  const query = new URLSearchParams({ model });
  return get(`/v1/similarity?${query}`, SimilarityResponse, signal);
}

export const runEventsUrl = (runId: string): string =>
  `/v1/runs/${encodeURIComponent(runId)}/events`;

/** The server's longest. A reader who leaves ends the question; one who waits should get the answer. */
const DEADLINE_MS = 600_000;

type Answer<Schema extends Parameters<typeof parseWith>[0]> = ReturnType<typeof parseWith<Schema>>;

const get = <Schema extends Parameters<typeof parseWith>[0]>(
  path: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Answer<Schema>> => ask(path, { signal }, schema);

const post = <Schema extends Parameters<typeof parseWith>[0]>(
  path: string,
  body: unknown,
  schema: Schema,
  signal: AbortSignal,
): Promise<Answer<Schema>> => {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body), signal }, schema);
};

interface Question extends RequestInit {
  readonly signal: AbortSignal;
}

/** A question whose answer is JSON that fits `schema`. @throws {ApiError} */
export async function ask<Schema extends Parameters<typeof parseWith>[0]>(
  path: string,
  question: Question,
  schema: Schema,
): Promise<Answer<Schema>> {
  const { signal } = question;
  const response = await request(path, question);
  const body = await response.json().catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw new ApiError("malformed", `${path} did not answer in JSON.`, response.status, cause);
  });
  if (!response.ok) throw refusal(path, response.status, body);
  try {
    return parseWith(schema, body, path);
  } catch (cause) {
    if (!(cause instanceof SchemaError)) throw cause;
    throw new ApiError("malformed", cause.message, response.status, cause);
  }
}

/** A question whose answer is something else; a refusal is a problem document all the same. @throws {ApiError} */
export async function askPlain(path: string, question: Question): Promise<Response> {
  const response = await request(path, question);
  if (response.ok) return response;
  throw refusal(path, response.status, await response.json().catch(() => null));
}

async function request(path: string, question: Question): Promise<Response> {
  try {
    const headers = {
      ...question.headers,
      ...authorization(),
      accept: "application/json",
      "x-deadline-ms": String(DEADLINE_MS),
    };
    return await fetch(path, { ...question, headers });
  } catch (cause) {
    if (question.signal.aborted) throw cause;
    throw new ApiError("unreachable", `No answer from ${location.origin}.`, null, cause);
  }
}

function refusal(path: string, status: number, body: unknown): ApiError {
  const problem = Problem.safeParse(body);
  const message = problem.success
    ? `${problem.data.title}: ${problem.data.detail}`
    : `${path} answered with status ${status}.`;
  return new ApiError(status === 401 ? "locked" : "refused", message, status);
}
