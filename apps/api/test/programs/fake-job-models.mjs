/**
 * A model store with one model of two numbers a residue, [id, id / 3]; its answers are made by what makes
 * them for real models. Plain JavaScript: programs of the tests run it outside the tests as well.
 */
import { answerJob } from "../../dist/compute/answer-job.js";

/** @param {{ delayMs?: number, fingerprint?: string, maxLength?: number }} [options] */
export function fakeJobModels({ delayMs = 0, fingerprint = "f1", maxLength = 128 } = {}) {
  const config = { numLayers: 2, embeddingSize: 2, maxLength };
  const summary = { name: "demo/step-00000002", id: "demo", fingerprint, config };
  const calls = [];
  const reader = {
    summary,
    embed: async (sequences, _layer, signal) => {
      calls.push(sequences.length);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      signal.throwIfAborted();
      return sequences.map((ids) => {
        const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length;
        return {
          length: ids.length,
          residues: Float32Array.from([...ids].flatMap((id) => [id, id / 3])),
          mean: Float32Array.of(mean, mean / 3),
        };
      });
    },
  };
  const model = { summary, answer: (job, signal) => answerJob(reader, job, signal) };
  return {
    calls,
    models: {
      list: async () => [summary],
      defaultName: async () => summary.name,
      details: async () => undefined,
      use: async (job, asked) =>
        [undefined, summary.id, summary.name].includes(asked) ? job(model) : "unknown",
    },
  };
}
