/** `npm run doctor`: what runs here, how fast, and why nothing better. */
import * as tf from "@tensorflow/tfjs-core";
import { tfjsNodeVersion } from "../install/tfjs-node.ts";
import { benchmarkMatmul, type MatmulBenchmark } from "./benchmark-matmul.ts";
import { formatRuntime, type RuntimeDescription } from "./description.ts";
import { type LoadOptions, loadRuntime } from "./load-runtime.ts";

export interface DoctorReport {
  readonly runtime: RuntimeDescription;
  readonly versions: {
    readonly node: string;
    readonly tfjsCore: string;
    readonly tfjsNode: string;
  };
  /** "linux-x64" */
  readonly platform: string;
  readonly matmul: MatmulBenchmark;
}

/** Loads the runtime and multiplies matrices for a second. */
export async function doctor(options: LoadOptions): Promise<DoctorReport> {
  const runtime = await loadRuntime(options);
  return {
    runtime,
    versions: {
      node: process.versions.node,
      tfjsCore: tf.version_core,
      tfjsNode: tfjsNodeVersion(options.root),
    },
    platform: `${process.platform}-${process.arch}`,
    matmul: benchmarkMatmul(),
  };
}

/** The report as lines for a terminal. */
export function formatDoctor({ runtime, versions, platform, matmul }: DoctorReport): string {
  return [
    formatRuntime(runtime),
    `Matrix product ${matmul.size} × ${matmul.size}, float32: ${matmul.gigaflops.toFixed(0)} GFLOPS (${matmul.products} in ${matmul.seconds.toFixed(2)} s)`,
    `Node ${versions.node} on ${platform}, tfjs-core ${versions.tfjsCore}, tfjs-node ${versions.tfjsNode}`,
    ...runtime.reasons.map((reason) => `Not used: ${reason}`),
  ].join("\n");
}
