/** The OpenAPI 3.1 document, made from the table of routes and the schemas that validate their requests. */
import { EmbeddingLine, GenerationLine, MutationLine, RunEvent } from "@performer/schema";
import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import type { Route } from "../route.ts";

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** In the order of the page. */
const TAGS: readonly Route["tag"][] = ["Model", "Runs", "Jobs", "Server"];

/** @param version of the software. */
export function describeRoutes(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, operation, access, tag } of routes) {
    const security = access === "none" ? [] : [{}, { apiKey: [] }];
    paths[path] = { ...paths[path], [method]: { ...operation, tags: [tag], security } };
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
    tags: TAGS.map((name) => ({ name })),
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
