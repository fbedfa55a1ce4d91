/**
 * GET /openapi.json and a page at /docs that shows it: Swagger UI from files of this server, so that it
 * works without a network and under the strict content security policy.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Router } from "express";
import type { OpenApiDocument } from "../openapi/document.ts";

/** Of swagger-ui-dist, the files that the page names. */
const ASSETS = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of the protein Performer</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="operations"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/page.js"></script>
</html>
`;

/** A file of its own: the policy allows no inline script. */
const SCRIPT = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#operations",
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  defaultModelsExpandDepth: 0,
});
`;

export function documentationRoutes(document: OpenApiDocument): Router {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("swagger-ui-dist/package.json"));
  const router = Router();
  router.get("/openapi.json", (_request, response) => {
    response.json(document);
  });
  router.get("/docs", (_request, response) => {
    response.type("html").send(PAGE);
  });
  router.get("/docs/page.js", (_request, response) => {
    response.type("text/javascript").send(SCRIPT);
  });
  for (const name of ASSETS) {
    router.get(`/docs/${name}`, (_request, response) => {
      response.sendFile(name, { root: folder, maxAge: "1d" });
    });
  }
  return router;
}
