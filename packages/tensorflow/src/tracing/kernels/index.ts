/** Every tfjs kernel that compiled graphs know. A new one is an entry in the file of its category. */
import type { KernelTable } from "../kernel.ts";
import { binaryKernels } from "./binary.ts";
import { creationKernels } from "./creation.ts";
import { indexingKernels } from "./indexing.ts";
import { matmulKernels } from "./matmul.ts";
import { reductionKernels } from "./reductions.ts";
import { shapeKernels } from "./shape.ts";
import { unaryKernels } from "./unary.ts";

export const KERNELS: KernelTable = {
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...matmulKernels,
  ...shapeKernels,
  ...indexingKernels,
  ...creationKernels,
};
