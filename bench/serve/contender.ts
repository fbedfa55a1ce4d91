/** A contender: a server in a process of its own that says its address, and answers POST /v1/embeddings. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** Made by hand: see docs/benchmarks.md. */
const python = join(root, ".cache/bench-python/bin/python");
/** Of the shipped model and of the Python one. */
const EMBEDDING_SIZE = 256;

export interface Contender {
  readonly name: string;
  /** What it runs, in words. */
  readonly description: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** @returns the server, once it has answered rightly, or why it is not here. */
export async function startContender(name: string): Promise<Contender | { reason: string }> {
  switch (name) {
    case "performer": {
      // no runs: the model that ships answers
      const runs = await mkdtemp(join(tmpdir(), "performer-bench-"));
      const folders = ["--runs", runs, "--rate-limit", "0"];
      const args = [join(root, "apps/cli/dist/main.js"), "serve", "--port", "0", ...folders];
      const description = "performer serve, models/5m, float32";
      return start({ name, description, command: [process.execPath, ...args], folder: runs });
    }
    case "esm-fastapi": {
      if (!existsSync(python)) {
        return { reason: "there is no Python environment in .cache/bench-python" };
      }
      const program = join(import.meta.dirname, "contenders/esm_server.py");
      const description = "FastAPI, uvicorn, transformers EsmModel, float32, dynamic batches";
      return start({ name, description, command: [python, program] });
    }
    default:
      throw new TypeError(`--contenders: expected performer or esm-fastapi, got "${name}"`);
  }
}

interface StartOptions extends Pick<Contender, "name" | "description"> {
  readonly command: readonly string[];
  /** Removed at the end. */
  readonly folder?: string;
}

async function start(options: StartOptions): Promise<Contender | { reason: string }> {
  const { name, description, command, folder } = options;
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  const found = await addressOf(child);
  if ("reason" in found) {
    await stop();
    return found;
  }
  await checkAnswer(found.url);
  return { name, description, url: found.url, stop };
}

/** The first address that it prints, or its last words. */
async function addressOf(child: ChildProcess): Promise<{ url: string } | { reason: string }> {
  let said = "";
  return new Promise((resolve) => {
    const read = (chunk: Buffer) => {
      // logs of requests would fill the memory
      if (said.length < 100_000) said += chunk;
      const [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
      if (url !== undefined) resolve({ url });
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("close", () => resolve({ reason: said.trim().split("\n").at(-1) ?? "it ended" }));
  });
}

/** A wrong server may be fast. */
async function checkAnswer(url: string): Promise<void> {
  const response = await fetch(`${url}/v1/embeddings`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sequence: "MKTAYIAKQR", include: "mean" }),
  });
  const { embeddings } = (await response.json()) as { embeddings?: { mean: number[] }[] };
  const size = embeddings?.[0]?.mean.length;
  if (size !== EMBEDDING_SIZE) {
    throw new Error(`checkAnswer: expected ${EMBEDDING_SIZE} numbers from ${url}, got ${size}`);
  }
}
