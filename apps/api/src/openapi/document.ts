/** The OpenAPI 3.1 document, made from the table of routes and the schemas that validate their requests. */
import { EmbeddingLine, GenerationLine, MutationLine, RunEvent } from "@performer/schema";
import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import type { Route } from "../route.ts";

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** @param version of the software. */
export function describeRoutes(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, operation, access } of routes) {
    const security = access === "none" ? [] : [{}, { apiKey: [] }];
    paths[path] = { ...paths[path], [method]: { ...operation, security } };
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "protein Performer",
      version,
      description:
        "Embeddings, attention, scores of residues and mutations, and training runs of protein language models. Failures are problem documents (RFC 9457). Positions count residues from 0.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: paths as ZodOpenApiPathsObject,
    components: {
      schemas: { EmbeddingLine, GenerationLine, MutationLine, RunEvent },
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "needed where the server was started with a keys file",
        },
      },
    },
  });
}
