/** The two files of a model, fetched with progress and checked as they come. */
import { MANIFEST_FILE, parseManifest, WEIGHTS_FILE } from "@performer/checkpoint";
import type { CheckpointManifest } from "@performer/schema";
import type { Ask } from "../compute/compute.ts";

export interface FetchedModel {
  readonly manifest: CheckpointManifest;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** @throws {Error} where a file is not there; {CheckpointError} where the manifest is none. */
export async function fetchModel(url: string, { signal, onProgress }: Ask): Promise<FetchedModel> {
  const manifest = parseManifest(url, await (await request(url + MANIFEST_FILE, signal)).text());
  const total = manifest.files[WEIGHTS_FILE]?.sizeBytes ?? 0;
  const { body } = await request(url + WEIGHTS_FILE, signal);
  const weights = new Uint8Array(total);
  let done = 0;
  // bytes beyond what the manifest says are counted but not kept: the check of the size names both
  for (const reader = body?.getReader(); reader; ) {
    const { value } = await reader.read();
    if (value === undefined) break;
    weights.set(value.subarray(0, Math.max(0, total - done)), Math.min(done, total));
    done += value.length;
    onProgress?.({
      what: `bytes of the model ${manifest.name}`,
      done: Math.min(done, total),
      total,
    });
  }
  return { manifest, weights: done === total ? weights : new Uint8Array(done) };
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) {
    throw new Error(
      `fetchModel: expected ${url}, got status ${response.status}; copy the folder models/ beside the page`,
    );
  }
  return response;
}

/** SHA-256 in hexadecimal. Pages that do not come by HTTPS have no WebCrypto, so there it is computed in script. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = crypto.subtle
    ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    : (await import("@noble/hashes/sha2.js")).sha256(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
