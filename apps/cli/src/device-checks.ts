/**
 * Whether a device trains rightly, item by item: what a host's owner runs before a long run, and the only word
 * on devices that no machine of the project's had. Every check computes; none trusts a version number.
 */
import { initModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { createStream, randomKey } from "@performer/random";
import { RunConfig } from "@performer/schema";
import {
  type DeviceChoice,
  devicePath,
  type RuntimeDescription,
  type TensorflowLibraries,
} from "@performer/tensorflow";
import {
  freeAddresses,
  joinCluster,
  listDevices,
  membershipOf,
  type NodeTime,
  type SessionConfig,
} from "@performer/tensorflow/compiled";
import {
  createCompiledStepper,
  createEagerStepper,
  createOptimizer,
  type TrainStepper,
} from "@performer/training";
import type { Check } from "./clone-checks.ts";

export interface DeviceCheckOptions {
  readonly device: DeviceChoice;
  readonly runtime: RuntimeDescription;
  readonly libraries: TensorflowLibraries | null;
}

/** Small, and with every kind of operation that a step has. */
const CONFIG = RunConfig.parse({
  name: "device-check",
  model: {
    ...{ maxLength: 64, embeddingSize: 32, numHeads: 2, numLayers: 2, feedForwardSize: 64 },
    attention: { mechanism: "favor", numFeatures: 16 },
  },
  training: { steps: 3, data: { sequenceLength: 64, batchSize: 4 } },
});

/** Of losses: rounding of float32, and of products with 10 or 8 bits of mantissa. */
const TOLERANCE = { cpu: 1e-5, gpu: 2e-3, tpu: 2e-2, bf16: 2e-2 } as const;

export async function checkDevice({
  device,
  runtime,
  libraries,
}: DeviceCheckOptions): Promise<Check[]> {
  const path = devicePath(device);
  const checks: Check[] = [
    runtime.backend === "tensorflow" && runtime.device === device.kind
      ? passed("runtime", `TensorFlow ${runtime.tensorflowVersion} for ${device.kind}`)
      : failed(
          "runtime",
          `expected TensorFlow for ${device.kind}, got ${runtime.backend} for ${runtime.device}; run performer setup --device ${device.kind}`,
        ),
  ];
  if (libraries === null) return checks;
  const reference = await losses(
    createEagerStepper({
      model: initModel(CONFIG.model, randomKey(0)),
      optimizer: createOptimizer(CONFIG.training.optimizer),
    }),
  );
  const compare = (session: SessionConfig, precision: "float32" | "bf16", tolerance: number) =>
    compareSteps({ libraries, session, precision, tolerance, reference });

  checks.push(
    await check("device", () => {
      const found = listDevices(libraries);
      const device = found.find(({ name }) => name.endsWith(path));
      if (device !== undefined) return `TensorFlow sees ${device.name}`;
      throw new Error(
        `expected ${path}, got ${found.map(({ name }) => name).join(", ")}; look for the driver's own tool, such as nvidia-smi`,
      );
    }),
    await check("training step", async () => {
      const { nodes, detail } = await compare(
        { device: path, softPlacement: true },
        "float32",
        TOLERANCE[device.kind],
      );
      const products = nodes.filter(({ op }) => /MatMul/.test(op));
      const elsewhere = products.filter((node) => !node.device.endsWith(path));
      if (products.length === 0 || elsewhere.length > 0) {
        throw new Error(
          `expected every matrix product on ${path}, got ${elsewhere.length} of ${products.length} on ${elsewhere[0]?.device ?? "no device"}`,
        );
      }
      return `${detail}; all ${products.length} matrix products on ${path}`;
    }),
    await check("bf16", async () => {
      const { precision, detail } = await compare({ device: path }, "bf16", TOLERANCE.bf16);
      return precision === "bf16"
        ? detail
        : "not on this device: float32 is taken where it is asked";
    }),
    await check("XLA", async () => {
      const { nodes, detail } = await compare(
        { device: path, compileWithXla: true },
        "float32",
        TOLERANCE[device.kind],
      );
      const compiled = nodes.filter(({ op }) => /Xla(Run|Launch)/.test(op));
      if (compiled.some((node) => node.device.endsWith(path))) {
        return `${detail}; ${compiled.length} compiled clusters`;
      }
      throw new Error(
        `expected XLA to compile parts of the step for ${path}, got ${compiled.length} for ${compiled[0]?.device ?? "any device"}`,
      );
    }),
    await check("server", () => checkServer(libraries)),
  );
  return checks;
}

async function check(name: string, run: () => string | Promise<string>): Promise<Check> {
  try {
    return passed(name, await run());
  } catch (error) {
    return failed(name, error instanceof Error ? error.message : String(error));
  }
}

const passed = (name: string, detail: string): Check => ({ name, ok: true, detail });
const failed = (name: string, detail: string): Check => ({ name, ok: false, detail });

interface Comparison {
  readonly libraries: TensorflowLibraries;
  readonly session: SessionConfig;
  readonly precision: "float32" | "bf16";
  readonly tolerance: number;
  readonly reference: readonly number[];
}

/** @throws {Error} where a loss differs by more than the tolerance. */
async function compareSteps({
  libraries,
  session,
  precision,
  tolerance,
  reference,
}: Comparison): Promise<{ precision: string; detail: string; nodes: readonly NodeTime[] }> {
  const stepper = await createCompiledStepper({
    ...{ libraries, session, precision },
    model: initModel(CONFIG.model, randomKey(0)),
    optimizer: CONFIG.training.optimizer,
  });
  let nodes: readonly NodeTime[] = [];
  const got = await losses(stepper, async () => {
    nodes = await stepper.profile(drawBatch(0), contextOf(reference.length + 1));
  });
  const differences = got.map((loss, index) => Math.abs(loss / (reference[index] ?? 0) - 1));
  const largest = Math.max(...differences);
  // NaN is no number that is small enough
  if (!(largest <= tolerance)) {
    throw new Error(
      `expected the losses of eager float32 (${reference.join(", ")}) to ${tolerance}, got ${got.join(", ")}; do not train here`,
    );
  }
  const detail = `losses of ${reference.length} steps within ${largest.toExponential(0)} of eager float32`;
  return { precision: stepper.precision, detail, nodes };
}

/** Disposes of the stepper. @param last what else to do with it. */
async function losses(stepper: TrainStepper, last?: () => Promise<void>): Promise<number[]> {
  try {
    const found = [];
    for (let step = 1; step <= CONFIG.training.steps; step++) {
      const { sums } = await stepper.step(drawBatch(step), contextOf(step));
      found.push(sums.lossSum / sums.weightSum);
    }
    await last?.();
    return found;
  } finally {
    stepper.dispose();
  }
}

const contextOf = (step: number) => ({ step, learningRate: 1e-3, dropoutKey: randomKey(step) });

function drawBatch(index: number): TrainingBatch {
  const { batchSize: rows, sequenceLength: length } = CONFIG.training.data;
  const stream = createStream(randomKey(index));
  const targets = Int32Array.from({ length: rows * length }, () => stream.integer(20));
  const lossMask = Float32Array.from(targets, () => Number(stream.uniform() < 0.15));
  const inputs = targets.map((target, place) => (lossMask[place] === 1 ? 28 : target));
  const paddingMask = new Float32Array(rows * length).fill(1);
  return { inputs, targets, lossMask, scoreMask: lossMask, paddingMask, rows, length, epoch: 0 };
}

/** A cluster of this process alone: the server starts and collective operations run. */
async function checkServer(libraries: TensorflowLibraries): Promise<string> {
  const [address = ""] = await freeAddresses(1);
  const timeouts = { joinSeconds: 30, stepSeconds: 30, pauseSeconds: 30 };
  const cluster = { chief: [], worker: [address] };
  const membership = membershipOf({ cluster, timeouts }, { type: "worker", index: 0 });
  const member = await joinCluster({ libraries, membership });
  const [heard] = await member.exchange("hello", "join");
  await member.leave();
  if (heard !== "hello") throw new Error(`expected to hear itself, got ${heard}`);
  return `gRPC server on ${address}, collective operations run`;
}
