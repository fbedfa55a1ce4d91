/**
 * The last choice, which needs nothing but npm's packages: WebAssembly with SIMD, one thread.
 * Correct everywhere; a matrix product of 1024² ran at 6 GFLOPS where TensorFlow reached 163.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "./layout.ts";
import { type Route, RouteError } from "./route.ts";

export function wasmRoute(): Route {
  const nothingToInstall = { key: null, tensorflowVersion: null };
  return {
    name: "wasm",
    device: "cpu",
    title: "WebAssembly",
    find: async () => null,
    obtain: async ({ root }) => {
      const binary = join(wasmFolder(root), "tfjs-backend-wasm-simd.wasm");
      if (!existsSync(binary)) throw new RouteError("missing", `${binary} is absent. Run npm ci`);
      return nothingToInstall;
    },
  };
}

/** Where the WebAssembly binaries lie. */
export const wasmFolder = (root: string) =>
  join(packageFolder(root, "@tensorflow/tfjs-backend-wasm"), "dist");
