/** `performer generate`: sequences drawn from a causal model, as FASTA. */
import { setImmediate } from "node:timers/promises";
import type { GenerationEvent } from "@performer/performer";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { createGenerationProgress, type GenerationProgress } from "../generation-progress.ts";
import { backendOption, parseNumber, parseShare, parseWhole } from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
A causal model is needed (configs/demo-causal.json trains one). A sequence starts with the prompt and
ends where the model ends it, or at --max-length; its header says which. Drawn are the 20 standard
residues alone: never B, O, U, X or Z, which note what was not measured, and no special token but the
end, and that not before the first residue. A prompt may hold them. The same seed gives the same
sequences.

Examples:
  $ performer generate --checkpoint runs/demo-causal
  $ performer generate --prompt MKTAYIAK --count 5 --temperature 0.8 --top-p 0.95
  $ performer generate --count 1000 --max-length 200 --seed 7 -o drawn.fasta`;

interface GenerateOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly prompt: string;
  readonly count: number;
  readonly maxLength?: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly output?: string;
}

export const generateCommand = () =>
  new Command("generate")
    .description("draw sequences from a causal model, as FASTA")
    .option(
      "--checkpoint <folder>",
      "a model, a checkpoint, or a run's folder (default: a causal one of models/, else the newest of runs/)",
    )
    .option("--prompt <residues>", "what every sequence starts with", "")
    .option("--count <number>", "how many sequences", parseWhole(1, 1e9), 1)
    .option(
      "--max-length <number>",
      "residues at most, the prompt included (default: what the model takes)",
      parseWhole(1, 1_048_576),
    )
    .option(
      "--temperature <number>",
      "below 1 sharpens, 0 takes the likeliest residue",
      parseNumber(0, 100),
      1,
    )
    .option("--top-k <number>", "draw from so many of the likeliest residues", parseWhole(1, 1024))
    .option("--top-p <share>", "draw from the likeliest that reach this probability", parseShare)
    .option("--seed <number>", "of the draws", parseWhole(0, 0x7fffffff), 0)
    .option("-o, --output <file>", "where to write (default: standard output)")
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(generate);

async function generate(options: GenerateOptions): Promise<void> {
  const root = findCloneRoot();
  const { eagerDecoder, generateTokens } = await import("@performer/performer");
  const { NEVER_DRAWN, TOKEN } = await import("@performer/proteins");
  const { randomKey } = await import("@performer/random");
  const { CAUSAL_MODEL, drawLimits, formatSequences } = await import("../generated-proteins.ts");
  const { encodeProtein } = await import("../encode-protein.ts");
  const { loadModel } = await import("../load-model.ts");

  const prompt = encodeProtein(options.prompt, "--prompt");
  const { model, manifest } = await loadModel(root, {
    ...options,
    eager: true,
    need: CAUSAL_MODEL,
  });
  const { seed, count, temperature, topK, topP } = options;
  const events = generateTokens({
    decoder: eagerDecoder(model),
    prompt: [TOKEN.bos, ...prompt],
    count,
    ...drawLimits(manifest, prompt, options.maxLength),
    endToken: TOKEN.eos,
    excluded: NEVER_DRAWN,
    sampling: { temperature, topK, topP },
    key: randomKey(seed),
  });
  const progress = createGenerationProgress(count);
  try {
    const records = formatSequences(watch(events, progress), {
      prompt,
      origin: `${manifest.name} step=${manifest.step} seed=${seed} temperature=${temperature}`,
    });
    await writeText(records, options.output && resolveUserPath(root, options.output));
  } finally {
    progress.close();
  }
}

/** Hands events on, shows them, and lets output and signals through between the steps. */
async function* watch(
  events: AsyncIterable<GenerationEvent>,
  progress: GenerationProgress,
): AsyncGenerator<GenerationEvent> {
  for await (const event of events) {
    progress.show(event);
    yield event;
    await setImmediate();
  }
}
