/**
 * Starts a tfjs backend, each a chunk of its own that is fetched only where it runs. A graphics card
 * that a browser only imitates on the processor is slower than WebAssembly, so it does not count as one.
 */

import plainUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threadedUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import * as tf from "@tensorflow/tfjs-core";
import { BACKENDS, type BackendName } from "./calls.ts";

/** Renderers without a graphics card, as drivers name them. */
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** What this browser has, the fastest first; WebAssembly is always among them. */
export async function availableBackends(): Promise<BackendName[]> {
  const has = { webgpu: await hasWebgpu(), webgl: hasWebgl(), wasm: true };
  return BACKENDS.filter((name) => has[name]);
}

/** @throws {Error} where the backend does not start here. */
export async function startBackend(name: BackendName): Promise<void> {
  switch (name) {
    case "webgpu":
      await import("@tensorflow/tfjs-backend-webgpu");
      break;
    case "webgl":
      await import("@tensorflow/tfjs-backend-webgl");
      break;
    case "wasm": {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      setWasmPaths({
        "tfjs-backend-wasm.wasm": absolute(plainUrl),
        "tfjs-backend-wasm-simd.wasm": absolute(simdUrl),
        "tfjs-backend-wasm-threaded-simd.wasm": absolute(threadedUrl),
      });
      // threads want shared memory, which wants headers that not every web host can send
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
      break;
    }
    default:
      name satisfies never;
  }
  if (!(await tf.setBackend(name))) {
    throw new Error(`startBackend: expected ${name} to start in this browser, got a refusal`);
  }
}

const absolute = (url: string): string => new URL(url, self.location.href).href;

/** What TypeScript's DOM library does not know yet. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
}

async function hasWebgpu(): Promise<boolean> {
  const gpu = (navigator as { readonly gpu?: Gpu }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter !== null && adapter !== undefined && adapter.info?.isFallbackAdapter !== true;
}

function hasWebgl(): boolean {
  if (typeof OffscreenCanvas === "undefined") return false;
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (context === null) return false;
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const renderer: unknown = context.getParameter(
    names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER,
  );
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(String(renderer));
}
