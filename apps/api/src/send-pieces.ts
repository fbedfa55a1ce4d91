/** Answers that are made bit by bit, sent as they are made. */
import { once } from "node:events";
import type { ModelSummary } from "@performer/schema";
import type { Response } from "express";

export interface SendOptions {
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /**
   * Waits with the next piece until the client has read the last one. Off for short answers that hold
   * the model while they are made: nobody may hold it by not reading.
   */
  readonly waitForClient: boolean;
}

/**
 * Nothing is sent before the first piece is there, so a failure up to then is still a problem document.
 * A failure later cuts the connection: a client sees that the answer is not whole.
 */
export async function sendPieces(
  response: Response,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { type, headers = {}, signal, waitForClient }: SendOptions,
): Promise<void> {
  let isFirst = true;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    if (isFirst) {
      response.status(200).set({ ...headers, "Content-Type": type });
      isFirst = false;
    }
    const isTaken = response.write(piece);
    if (!isTaken && waitForClient) await once(response, "drain", { signal });
  }
  signal.throwIfAborted();
  response.end();
}

/** A finished answer, still in pieces: joining megabytes would hold the event loop up. */
export interface CollectedAnswer {
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;
}

export async function collect(made: AsyncIterable<Uint8Array>): Promise<CollectedAnswer> {
  const pieces: Uint8Array[] = [];
  let byteLength = 0;
  for await (const piece of made) {
    pieces.push(piece);
    byteLength += piece.byteLength;
  }
  return { pieces, byteLength };
}

/** Which model answers, for readers of bare numbers and of logs. */
export const modelHeaders = ({ name, fingerprint }: ModelSummary) => ({
  "X-Model": encodeURI(name),
  "X-Model-Fingerprint": fingerprint,
});
