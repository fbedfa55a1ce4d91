/** The study as the block of docs/scaling.md: what was measured, and what follows from the model. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countParameters } from "@performer/performer";
import { RunConfig } from "@performer/schema";
import {
  type ChipAssumptions,
  fitExchange,
  predictChips,
  predictHere,
  predictHosts,
  type ScalingStudy,
} from "./model.ts";

const HOSTS = [8, 16, 32, 64, 128, 256];
/** IEEE 802.3ae, 802.3by and 802.3ba: gigabits a second. */
const ETHERNET = [10, 25, 100];

/**
 * TPU v2 (Jouppi et al., "A domain-specific supercomputer for training deep neural networks", CACM 63(7), 2020):
 * 46 TFLOPS of bfloat16 a chip, four links of 496 Gbit/s each way, of which a ring takes two. How much of the
 * peak a step reaches and how long a hop takes is assumed.
 */
const TPU_V2 = {
  peakFlops: 46e12,
  link: { bytesPerSecond: (2 * 496e9) / 8, hopMs: 0.005 },
  rows: 8,
  length: 1024,
} satisfies Omit<ChipAssumptions, "utilization">;
const UTILIZATIONS = [0.1, 0.3, 0.5];

const PAPER = join(import.meta.dirname, "../../configs/paper-36l.json");

export function formatStudy(study: ScalingStudy): string {
  const exchange = fitExchange(study);
  return [
    `${study.machine}, ${study.date}${study.quiet ? "" : ", **while other work ran on the machine**"}: a model of ${(study.parameters / 1e6).toFixed(1)} M parameters, ${study.rows} rows of ${study.length} tokens a worker, float32. One process by itself takes ${study.alone.oneThreadMs.toFixed(0)} ms a step on one thread, ${study.alone.allCoresMs.toFixed(0)} ms on all ${study.cores} cores.`,
    measuredTable(study),
    `From one and two workers: optimiser and overhead ${exchange.updateMs.toFixed(0)} ms, ${(exchange.bytesPerSecond / 1e6).toFixed(0)} MB/s a worker through gRPC, ${exchange.hopMs.toFixed(2)} ms a hop.`,
    "**Prediction**, hosts like this machine, tokens a second and share of perfect scaling:",
    hostsTable(study),
    "**Prediction**, TPU v2 chips with the article's model (configs/paper-36l.json), 8 rows of 1,024 tokens a chip, by the share of the peak that is assumed:",
    chipsTable(),
  ].join("\n\n");
}

function measuredTable(study: ScalingStudy): string {
  const first = study.points.find(({ workers }) => workers === 1);
  const rows = study.points.map(({ workers, computeMs, stepMs }) => {
    const tokens = (1000 * workers * study.rows * study.length) / stepMs;
    const share = (first?.stepMs ?? Number.NaN) / stepMs;
    return [
      String(workers),
      computeMs.toFixed(0),
      (stepMs - computeMs).toFixed(0),
      stepMs.toFixed(0),
      predictHere(study, workers).toFixed(0),
      tokens.toFixed(0),
      `${(100 * share).toFixed(0)} %`,
    ];
  });
  const head = [
    "workers, one thread each",
    "compute, ms",
    "update, ms",
    "step, ms",
    "model, ms",
    "tokens/s",
    "of perfect",
  ];
  return table(head, rows);
}

function hostsTable(study: ScalingStudy): string {
  const rows = HOSTS.map((hosts) => [
    String(hosts),
    ...ETHERNET.map((gigabits) => cell(predictHosts(study, hosts, gigabits))),
  ]);
  return table(["hosts", ...ETHERNET.map((gigabits) => `${gigabits} Gbit/s`)], rows);
}

function chipsTable(): string {
  const { model } = RunConfig.parse(JSON.parse(readFileSync(PAPER, "utf8")));
  const parameters = countParameters(model);
  const rows = HOSTS.map((chips) => [
    String(chips),
    ...UTILIZATIONS.map((utilization) =>
      cell(predictChips(model, parameters, chips, { ...TPU_V2, utilization })),
    ),
  ]);
  return table(["chips", ...UTILIZATIONS.map((share) => `${100 * share} % of the peak`)], rows);
}

function cell({ tokensPerSecond, efficiency }: { tokensPerSecond: number; efficiency: number }) {
  const text = Number(tokensPerSecond.toPrecision(3)).toLocaleString("en-US");
  return `${text} (${(100 * efficiency).toFixed(0)} %)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
