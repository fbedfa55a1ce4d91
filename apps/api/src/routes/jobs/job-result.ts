/**
 * GET /v1/jobs/:id/result: the result of a job that is done, as the lines it was written in or as a file
 * of embeddings. A download that was cut goes on with a range request (RFC 9110, 14).
 */
import { EmbeddingLine, JobResultFormat, JobResultQuery } from "@performer/schema";
import type { Request } from "express";
import { negotiate } from "../../negotiate.ts";
import { bytes, lines, problems } from "../../openapi/parts.ts";
import { readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import { type JobsContext, jobId, jobPath } from "./jobs-context.ts";

const TYPES: Readonly<Record<JobResultFormat, string>> = {
  ndjson: "application/x-ndjson",
  npz: "application/x-npz",
  arrow: "application/vnd.apache.arrow.file",
  parquet: "application/vnd.apache.parquet",
  h5: "application/x-hdf5",
};

const FORMATS: Readonly<Record<string, JobResultFormat>> = Object.fromEntries(
  JobResultFormat.options.map((format) => [TYPES[format], format]),
);

export const jobResultRoute = ({ jobs }: JobsContext): Route => ({
  method: "get",
  path: "/v1/jobs/{id}/result",
  access: "key",
  tag: "Jobs",
  operation: {
    summary: "The result of a job that is done",
    description:
      'Lines as of POST /v1/embeddings, where a record without a result has the line {"type": "refusal", "accession", "length", "refusal"}; or by Accept or `format` a file with the columns of `performer embed`, made when it is first asked for. Takes range requests.',
    requestParams: { path: jobPath, query: JobResultQuery },
    responses: {
      200: {
        description: "All of it; docs/embed.md has the columns of the files",
        content: {
          [TYPES.ndjson]: { schema: lines(EmbeddingLine) },
          [TYPES.npz]: { schema: bytes("NumPy arrays in a zip") },
          [TYPES.arrow]: { schema: bytes("Arrow IPC file") },
          [TYPES.parquet]: { schema: bytes("Parquet file") },
          [TYPES.h5]: { schema: bytes("HDF5 file") },
        },
      },
      206: { description: "The range that was asked for" },
      416: { description: "The range is not in it" },
      ...problems(
        "unknown-job",
        "job-not-done",
        "not-acceptable",
        "busy",
        "store-locked",
        "draining",
        "disk-full",
      ),
    },
  },
  handlers: [
    async (request, response, next) => {
      const format = formatOf(request);
      const id = jobId(request);
      const path = await jobs.result(id, format);
      response.vary("Accept");
      const headers = {
        "Content-Type": TYPES[format],
        "Content-Disposition": `attachment; filename="${id}.${format}"`,
      };
      // the store's folder may lie under one whose name begins with a dot
      const options = {
        headers,
        acceptRanges: true,
        cacheControl: false,
        dotfiles: "allow",
      } as const;
      response.sendFile(path, options, (error) => {
        if (error !== undefined) next(error);
      });
    },
  ],
});

function formatOf(request: Request<Record<string, string>>): JobResultFormat {
  const { format } = readQuery(request, JobResultQuery);
  return format ?? negotiate(request, FORMATS).format;
}
