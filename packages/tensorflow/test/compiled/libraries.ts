/** Where the tests find TensorFlow: the clone's runtime, or the folder that TENSORFLOW_LIBRARIES names. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TensorFlowLibraries } from "../../src/compiled.ts";

const folder = process.env["TENSORFLOW_LIBRARIES"] ?? "/tmp/tf/lib";

export const libraries: TensorFlowLibraries = {
  framework: join(folder, "libtensorflow_framework.so.2"),
  tensorflow: join(folder, "libtensorflow_cc.so.2"),
};

export const hasTensorFlow = existsSync(libraries.tensorflow);
