/** Where the tests find TensorFlow: in the clone's runtime, installed by `npm run performer -- setup`. */
import { join } from "node:path";
import type { TensorFlowLibraries } from "../../src/compiled.ts";
import { tensorflowLibraries } from "../../src/index.ts";

const installed = tensorflowLibraries(join(import.meta.dirname, "../../../.."));

/** Without TensorFlow (WebAssembly fallback) the suites that need it are skipped by name. */
export const hasTensorFlow = installed !== null;
export const libraries: TensorFlowLibraries = installed ?? { framework: "", tensorflow: "" };
