/**
 * POST /v1/jobs?model=…&layer=…&include=…&letters=…: the body is a FASTA file, plain or compressed with
 * gzip or zstd, of any size up to the limit; it goes to the disk as it comes. Answers 202 with the job.
 */
import { JobOptions } from "@performer/schema";
import type { Request, RequestHandler } from "express";
import type { JobService } from "../../jobs/job-service.ts";
import { ProblemError } from "../../problem.ts";
import { readQuery } from "../../query.ts";

export function sendJobRoute(jobs: JobService): RequestHandler {
  return async (request, response) => {
    try {
      const { model, options } = readOptions(request);
      assertFastaBody(request);
      const length = request.get("Content-Length");
      const job = await jobs.send({
        // a stream that is left early would take the connection, and with it the answer, along
        body: request.iterator({ destroyOnReturn: false }),
        expectedBytes: length === undefined ? undefined : Number(length),
        model,
        options,
      });
      response.status(202).location(job.links.self).json(job);
    } finally {
      // what is left of a refused body is read and dropped, so that the answer reaches its sender
      request.resume();
    }
  };
}

function readOptions(request: Request): { model: string | undefined; options: JobOptions } {
  const { model, layer, ...rest } = readQuery(request, ["model", "layer", "include", "letters"]);
  const options = { ...rest, ...(layer !== undefined && { layer: wholeNumber(layer) }) };
  const parsed = JobOptions.safeParse(options);
  if (parsed.success) return { model, options: parsed.data };
  const [issue] = parsed.error.issues;
  throw new ProblemError("invalid-request", {
    detail: `expected include residues, mean or both, letters strict or lenient, and a layer from 0 on; ${issue?.message}`,
    field: String(issue?.path[0] ?? "query"),
  });
}

/** NaN, which the schema refuses, for anything else. */
const wholeNumber = (text: string) => (/^\d{1,4}$/.test(text) ? Number(text) : Number.NaN);

/** Bodies that something else than a file stands in. */
const OTHER_TYPES = [
  "application/json",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
];
const ENCODINGS = ["identity", "gzip", "zstd"];

function assertFastaBody(request: Request): void {
  const [type = ""] = (request.get("Content-Type") ?? "").split(";");
  const encoding = request.get("Content-Encoding") ?? "identity";
  if (OTHER_TYPES.includes(type.trim().toLowerCase())) {
    throw new ProblemError("unsupported-media-type", {
      detail:
        "send the FASTA file itself as the body, with the header Content-Type: text/x-fasta (with curl: --data-binary @FILE)",
      field: "Content-Type",
    });
  }
  if (!ENCODINGS.includes(encoding.toLowerCase())) {
    throw new ProblemError("unsupported-media-type", {
      detail: "send the file plain, or compressed with gzip or zstd",
      field: "Content-Encoding",
    });
  }
}
