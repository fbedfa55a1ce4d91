/**
 * POST /v1/jobs: the body is a FASTA file, plain or compressed with gzip or zstd, of any size up to the
 * limit; it goes to the disk as it comes. Answers 202 with the job.
 */
import { Job, JobQuery } from "@performer/schema";
import type { Request } from "express";
import { bytes, json, problems } from "../../openapi/parts.ts";
import { ProblemError } from "../../problem.ts";
import { readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import type { JobsContext } from "./jobs-context.ts";

export const sendJobRoute = ({ jobs }: JobsContext): Route => ({
  method: "post",
  path: "/v1/jobs",
  access: "key",
  tag: "Jobs",
  takesUpload: true,
  operation: {
    summary: "Embeds the sequences of a FASTA file as a job",
    description:
      "Worked off behind the requests of people who wait; survives a restart of the server. A record that the model cannot take is refused by itself, with the reason.",
    requestParams: { query: JobQuery },
    requestBody: {
      required: true,
      content: {
        "text/x-fasta": { schema: bytes("FASTA") },
        "application/gzip": { schema: bytes("FASTA, compressed with gzip") },
        "application/zstd": { schema: bytes("FASTA, compressed with zstd") },
      },
    },
    responses: {
      202: json(Job, "The job; Location is its address"),
      ...problems(
        "unknown-model",
        "body-too-large",
        "unsupported-media-type",
        "not-fasta",
        "no-model",
        "store-locked",
        "disk-full",
      ),
    },
  },
  handlers: [
    async (request, response) => {
      try {
        const { model, ...options } = readQuery(request, JobQuery);
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
    },
  ],
});

/** Bodies that something else than a file stands in. */
const OTHER_TYPES = [
  "application/json",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
];
const ENCODINGS = ["identity", "gzip", "zstd"];

function assertFastaBody(request: Request<Record<string, string>>): void {
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
