/** The worker's command line: few options, no subcommands. People use `performer train` instead. */
import { parseArgs } from "node:util";
import type { ResumePolicy } from "@performer/training";
import { PRECISIONS, type Precision } from "./choose-stepper.ts";

const USAGE = `Usage: trainer --config FILE --train FILE… --validation FILE… --id ID [options]
  --config FILE        a run config, such as configs/demo.json
  --train FILE         FASTA, plain, gzip or zstd; may be repeated
  --validation FILE    likewise
  --id ID              name of the run's folder
  --runs FOLDER        folder of all runs (default: runs)
  --resume             go on with the run ID from its newest checkpoint
  --resume-if-exists   go on with it if it exists, else start it
  --from FOLDER        a checkpoint whose weights a new run begins with
  --backend NAME       tensorflow (default), wasm or cpu
  --eager              operation by operation, not as one compiled TensorFlow graph (slower)
  --precision NAME     of the compiled graph: float32 (default), or bf16 where the processor has it
  --accumulate N       compute each batch in N parts, one after another, for memory (default 1)
  --cluster FILE       train together with the workers of a cluster file (default: TF_CONFIG, else alone)
  --task NAME          which of them this is, such as worker:0
SIGINT and SIGTERM stop after the running step, with a checkpoint; a second one stops at once.`;

const BACKENDS = ["tensorflow", "wasm", "cpu"] as const;

export interface TrainerArguments {
  readonly config: string;
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly id: string;
  readonly runs: string;
  readonly resume: ResumePolicy;
  readonly from: string | undefined;
  readonly backend: (typeof BACKENDS)[number];
  readonly eager: boolean;
  readonly precision: Precision;
  readonly accumulate: number;
  readonly cluster: string | undefined;
  readonly task: string | undefined;
}

/** @throws {Error} naming what is missing or wrong, with the usage. @param args without node and script. */
export function parseArguments(args: readonly string[]): TrainerArguments {
  const values = readValues(args);
  const { config, train = [], validation = [], id } = values;
  if (config === undefined) throw usageError("--config", "none");
  if (id === undefined) throw usageError("--id", "none");
  if (train.length === 0) throw usageError("--train", "none");
  if (validation.length === 0) throw usageError("--validation", "none");
  const backend = BACKENDS.find((name) => name === values.backend);
  if (backend === undefined) throw usageError(`--backend ${BACKENDS.join("|")}`, values.backend);
  const precision = PRECISIONS.find((name) => name === values.precision);
  if (precision === undefined) {
    throw usageError(`--precision ${PRECISIONS.join("|")}`, values.precision);
  }
  const resume = values.resume ? "always" : values["resume-if-exists"] ? "if-exists" : "never";
  const accumulate = Number(values.accumulate);
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw usageError("--accumulate with a whole number from 1 on", values.accumulate);
  }
  const { runs, from, eager, cluster, task } = values;
  return {
    ...{ config, train, validation, id, runs, resume, from },
    ...{ backend, eager, precision, accumulate, cluster, task },
  };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        train: { type: "string", multiple: true },
        validation: { type: "string", multiple: true },
        id: { type: "string" },
        runs: { type: "string", default: "runs" },
        resume: { type: "boolean", default: false },
        "resume-if-exists": { type: "boolean", default: false },
        from: { type: "string" },
        backend: { type: "string", default: "tensorflow" },
        eager: { type: "boolean", default: false },
        precision: { type: "string", default: "float32" },
        accumulate: { type: "string", default: "1" },
        cluster: { type: "string" },
        task: { type: "string" },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`trainer: ${reason}\n${USAGE}`, { cause });
  }
}

function usageError(expected: string, got: string): Error {
  return new Error(`trainer: expected ${expected}, got ${got}\n${USAGE}`);
}
