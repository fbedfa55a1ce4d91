/**
 * GET /v1/jobs/:id/result: the result of a job that is done, application/x-ndjson. A download that was
 * cut goes on with a range request (RFC 9110, 14).
 */
import { EmbeddingLine } from "@performer/schema";
import { lines, problems } from "../../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import { type JobsContext, jobId, jobPath } from "./jobs-context.ts";

export const jobResultRoute = ({ jobs }: JobsContext): Route => ({
  method: "get",
  path: "/v1/jobs/{id}/result",
  access: "key",
  tag: "Jobs",
  operation: {
    summary: "The result of a job that is done",
    description:
      'Lines as of POST /v1/embeddings; a record without a result has the line {"type": "refusal", "accession", "length", "refusal"}. Takes range requests.',
    requestParams: { path: jobPath },
    responses: {
      200: {
        description: "All of it",
        content: { "application/x-ndjson": { schema: lines(EmbeddingLine) } },
      },
      206: { description: "The range that was asked for" },
      416: { description: "The range is not in it" },
      ...problems("unknown-job", "job-not-done", "store-locked"),
    },
  },
  handlers: [
    async (request, response, next) => {
      readQuery(request, NO_QUERY);
      const id = jobId(request);
      const path = await jobs.result(id);
      const headers = {
        "Content-Type": "application/x-ndjson",
        "Content-Disposition": `attachment; filename="${id}.ndjson"`,
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
