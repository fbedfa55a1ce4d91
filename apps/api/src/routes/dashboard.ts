/**
 * The built dashboard as static files; every page address leads to its index.html. Without a build a
 * plain page says how to make one, and looks again at each request.
 */
import { join } from "node:path";
import express, { type RequestHandler, Router } from "express";

const PAGE_WITHOUT_BUILD = `<!doctype html>
<html lang="en">
<title>protein Performer</title>
<h1>The dashboard is not built</h1>
<p>Build it with <code>npm run build</code> in the folder of the project, then reload this page.</p>
<p>The API works without it: <a href="/docs">/docs</a>, <a href="/v1/models">/v1/models</a>,
<a href="/v1/runs">/v1/runs</a>, <a href="/health">/health</a>.</p>
</html>
`;

/** @param directory build output of apps/dashboard; undefined: there is none. */
export function dashboardRoutes(directory: string | undefined): Router {
  const router = Router();
  if (directory !== undefined) {
    // names under assets/ carry a hash of their content
    const assets = join(directory, "assets");
    router.use("/assets", express.static(assets, { immutable: true, maxAge: "1y", index: false }));
    router.use(express.static(directory, { index: false, cacheControl: false }));
  }
  router.get("/{*page}", page(directory));
  return router;
}

/**
 * What a browser opens as a page; other addresses are left to the 404. The dashboard keeps its state
 * behind "#" and names its assets relative to "/", so deeper page addresses lead there.
 */
function page(directory: string | undefined): RequestHandler {
  return (request, response, next) => {
    const isPage = request.accepts(["json", "html"]) === "html" && !/\.\w+$/.test(request.path);
    if (!isPage || request.path.startsWith("/v1/")) return next();
    if (request.path !== "/") return response.redirect("/");
    response.set("Cache-Control", "no-cache");
    const withoutBuild = () => response.type("html").send(PAGE_WITHOUT_BUILD);
    if (directory === undefined) return withoutBuild();
    response.sendFile("index.html", { root: directory, cacheControl: false }, (error) => {
      if (error !== undefined && !response.headersSent) withoutBuild();
    });
  };
}
