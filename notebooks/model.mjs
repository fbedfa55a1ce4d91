/** The model that notebooks 2 and 3 look at; this is the one place that chooses it. */
import { join } from "node:path";
import { latestCheckpoint, listModels, loadCheckpoint, runPaths } from "@performer/training";

const root = join(import.meta.dirname, "..");

/**
 * The newest bidirectional model that ships; without one that of notebook 1. Load the runtime first.
 * @throws {Error} with the remedy where there is neither.
 */
export async function loadNotebookModel() {
  const shipped = (await listModels(join(root, "models"))).find(
    ({ manifest }) => manifest.model.direction === "bidirectional",
  );
  if (shipped) return { name: shipped.name, ...(await loadCheckpoint(shipped.path)) };
  const own = await latestCheckpoint(runPaths(join(root, ".cache/notebooks/tiny")).checkpoints);
  if (own) return { name: "the model of notebook 1", ...(await loadCheckpoint(own.path)) };
  throw new Error(
    "loadNotebookModel: expected a model in models/ or that of notebook 1, got none; run 1-train-and-evaluate.ipynb first",
  );
}
