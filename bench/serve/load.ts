/**
 * So many clients at a time, each with one request under way: it sends the next when the answer is
 * there. Latency is from the first byte of the request to the last of the answer. What is still under
 * way at the end is waited for, and counts in neither.
 */
import { Agent, request } from "node:http";
import type { Protein } from "./proteins.ts";

export interface LoadOptions {
  readonly clients: number;
  readonly proteins: readonly Protein[];
  readonly seconds: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Of answers within the time. */
  readonly residues: number;
  readonly latenciesMs: readonly number[];
  /** Answers other than 200. */
  readonly refused: number;
}

/** A client that was sent away comes back after this, not at once. */
const BACK_OFF_MS = 100;

export async function loadFor(
  url: string,
  { clients, proteins, seconds }: LoadOptions,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const latenciesMs: number[] = [];
  let residues = 0;
  let refused = 0;
  let next = 0;
  const start = performance.now();
  const end = start + 1000 * seconds;

  async function client(): Promise<void> {
    while (performance.now() < end) {
      const protein = proteins[next++ % proteins.length] as Protein;
      const sentAt = performance.now();
      const status = await post(`${url}/v1/embeddings`, protein.body, agent);
      const answeredAt = performance.now();
      if (status !== 200) {
        refused++;
        await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
      } else if (answeredAt <= end) {
        latenciesMs.push(answeredAt - sentAt);
        residues += protein.residues;
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return { seconds, residues, latenciesMs, refused };
}

/** @returns the status, when the whole answer is there. */
function post(url: string, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
