/**
 * A model store with one model of two numbers a residue, [id, id / 3], and how it embeds. Plain
 * JavaScript: programs of the tests run it outside the tests as well.
 * @param {{ delayMs?: number, fingerprint?: string, maxLength?: number }} [options]
 */
export function fakeJobModels({ delayMs = 0, fingerprint = "f1", maxLength = 128 } = {}) {
  const config = { numLayers: 2, embeddingSize: 2, maxLength };
  const summary = { name: "demo/step-00000002", id: "demo", fingerprint, config };
  const calls = [];
  return {
    calls,
    models: {
      list: async () => [summary],
      defaultName: async () => summary.name,
      use: async (job, asked) =>
        [undefined, summary.id, summary.name].includes(asked) ? job({ summary }) : "unknown",
    },
    embed: async (_model, sequences, { signal }) => {
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
}
