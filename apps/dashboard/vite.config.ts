/**
 * Builds the dashboard into dist/: static files that any server, and apps/api first of all, can hand out.
 * Nothing is inlined and no other host is asked, so a page under `script-src 'self' 'wasm-unsafe-eval'`
 * runs it. tfjs is in the chunks of the worker alone, a chunk a backend.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { besideThePage } from "./build/beside-the-page.ts";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: { conditions: ["performer-source", "module", "browser", "development|production"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [besideThePage()],
  worker: { format: "es" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // a backend of tfjs is one chunk, fetched by the worker that runs it
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8080", "/health": "http://127.0.0.1:8080" } },
});
