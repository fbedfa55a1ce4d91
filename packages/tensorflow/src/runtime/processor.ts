/** What the machine's processors and accelerators call themselves, read without running programs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";

/** Linux's name of a processor flag → the name in the maker's manual; those that matrix kernels use. */
const INSTRUCTION_SETS: Readonly<Record<string, string>> = {
  avx: "AVX",
  avx2: "AVX2",
  fma: "FMA",
  avx_vnni: "AVX-VNNI",
  avx512f: "AVX-512",
  avx512_vnni: "AVX-512 VNNI",
  avx512_bf16: "AVX-512 BF16",
  avx512_fp16: "AVX-512 FP16",
  amx_bf16: "AMX BF16",
  amx_int8: "AMX INT8",
  asimd: "NEON",
  asimddp: "NEON dot product",
  i8mm: "I8MM",
  bf16: "BF16",
  sve: "SVE",
  sve2: "SVE2",
};

/** Instruction sets out of the text of /proc/cpuinfo ("flags" on x86, "Features" on Arm). */
export function parseInstructionSets(cpuinfo: string): string[] {
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(" "));
  return Object.entries(INSTRUCTION_SETS)
    .filter(([flag]) => flags.has(flag))
    .map(([, name]) => name);
}

/** Instruction sets of this machine; outside Linux only what the architecture guarantees. */
export function instructionSets(): string[] {
  if (existsSync("/proc/cpuinfo"))
    return parseInstructionSets(readFileSync("/proc/cpuinfo", "utf8"));
  return process.arch === "arm64" ? ["NEON"] : [];
}

export function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === "" || model === "unknown" ? process.arch : model;
}

/** Names of NVIDIA GPUs whose driver is loaded: ["NVIDIA H100 80GB HBM3"]. */
export function gpuNames(): string[] {
  const folder = "/proc/driver/nvidia/gpus";
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((bus) => {
    const information = readFileSync(join(folder, bus, "information"), "utf8");
    return /^Model:\s*(.*)$/m.exec(information)?.[1] ?? "NVIDIA GPU";
  });
}

/** Threads that one TensorFlow operation is spread over. */
export function tensorflowThreads(): number {
  const limit = Number(process.env["TF_NUM_INTRAOP_THREADS"]);
  return Number.isInteger(limit) && limit > 0 ? limit : availableParallelism();
}
