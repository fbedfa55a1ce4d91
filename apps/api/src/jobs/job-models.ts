/** What a job needs of the models: the one it was sent for, and no other that came to bear its name. */
import type { ModelSummary } from "@performer/schema";
import type { JobRecord } from "@performer/store";
import type { NamedSequence } from "../compute/job.ts";
import { maxResidues } from "../limits.ts";
import type { ModelStore, ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { JobFailure } from "./job-failure.ts";

export interface ModelShape {
  /** Longest sequence that it takes. */
  readonly maxResidues: number;
  /** E */
  readonly embeddingSize: number;
  /** Layers passed. */
  readonly layer: number;
}

export interface JobModels {
  /**
   * The model that a new job is settled on.
   * @param asked id or name; the default without.
   * @throws {ProblemError} "unknown-model" or "no-model".
   */
  find(asked: string | undefined): Promise<ModelSummary>;
  /** @throws {JobFailure} where the model is gone or was replaced. */
  shape(job: JobRecord): Promise<ModelShape>;
  /**
   * The `EmbeddingLine` of each sequence, in order and without line breaks, computed behind the
   * requests of people who wait.
   * @throws {JobFailure} where the model is gone or was replaced.
   */
  embed(
    job: JobRecord,
    sequences: readonly NamedSequence[],
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}

export function createJobModels(models: ModelStore): JobModels {
  /** Lends the model for one chunk: between two chunks nothing of a job keeps it loaded. */
  async function lend<Result extends object>(
    { model: name, modelIdentity }: JobRecord,
    use: (model: ServedModel) => Promise<Result>,
  ): Promise<Result> {
    const result = await models.use((model) => {
      if (model.summary.fingerprint !== modelIdentity) {
        throw new JobFailure(
          `the weights of ${name} were replaced while the job ran, and results of two models do not go together; send it again`,
        );
      }
      return use(model);
    }, name);
    if (result !== undefined && result !== "unknown") return result;
    throw new JobFailure(
      `the model ${name} is gone or cannot be read; see GET /v1/models, and send the job again`,
    );
  }

  return {
    async find(asked) {
      const all = await models.list();
      const found = all.find(({ id, name }) => asked === undefined || [id, name].includes(asked));
      if (found !== undefined) return found;
      throw asked === undefined ? noModel() : unknownModel();
    },
    shape: (job) =>
      lend(job, async ({ summary: { config } }) => ({
        maxResidues: maxResidues(config),
        embeddingSize: config.embeddingSize,
        layer: job.options.layer ?? config.numLayers,
      })),
    embed: (job, sequences, signal) =>
      lend(job, async (model) => {
        const { include, layer = model.summary.config.numLayers } = job.options;
        const shape = { kind: "embeddings", format: "ndjson", dtype: "float32" } as const;
        const question = { ...shape, inBackground: true, sequences, layer, include };
        const decoder = new TextDecoder();
        let text = "";
        for await (const piece of model.answer(question, signal)) {
          text += decoder.decode(piece, { stream: true });
        }
        // the model, an embedding a sequence, the end, nothing behind the last line break
        return text.split("\n").slice(1, -2);
      }),
  };
}

const noModel = () =>
  new ProblemError("no-model", {
    detail: "no checkpoint was found; train one with: npm run performer -- demo",
  });

const unknownModel = () =>
  new ProblemError("unknown-model", {
    detail: "no model or run is called that; GET /v1/models lists them, or leave it out",
    field: "model",
  });
