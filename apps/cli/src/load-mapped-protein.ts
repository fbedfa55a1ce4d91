/** What `attention` and `contacts` begin with: a protein, and a model that has attention maps of all of it. */
import { join } from "node:path";
import { hasAttentionMap } from "@performer/interpret";
import { SPECIALS_PER_ROW } from "@performer/proteins";
import type { Backend } from "@performer/tensorflow";
import { resolveUserPath } from "./clone-root.ts";
import { findProtein, type Protein } from "./find-protein.ts";
import { type LoadedModel, loadModel } from "./load-model.ts";
import { DEFAULT_ACCESSION, type ProteinOptions } from "./protein-command.ts";

interface MappedProteinOptions extends ProteinOptions {
  /** Its name, for messages. */
  readonly command: string;
  /** As the person named it; undefined: data/anchors.fasta. */
  readonly file: string | undefined;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

/** @throws {Error} with the remedy: no protein, no model, no maps, or more residues than the model takes. */
export async function loadMappedProtein(
  root: string,
  options: MappedProteinOptions,
): Promise<Protein & LoadedModel> {
  const { command, file, accession, sequence } = options;
  const protein = await findProtein({
    file: file === undefined ? join(root, "data", "anchors.fasta") : resolveUserPath(root, file),
    accession: accession ?? (file === undefined ? DEFAULT_ACCESSION : undefined),
    sequence,
  });
  const loaded = await loadModel(root, { ...options, eager: true });
  const { attention, maxLength } = loaded.model.config;
  if (!hasAttentionMap(attention)) {
    throw new Error(
      `${command}: expected a model with favor, exact, local or sparse attention, got "${attention.mechanism}" in ${loaded.manifest.name}, whose weights of positions are not recovered; name another with --checkpoint`,
    );
  }
  const most = maxLength - SPECIALS_PER_ROW;
  if (protein.residues.length > most) {
    throw new Error(
      `${command}: ${protein.accession} has ${protein.residues.length} residues, the model takes ${most}; nothing is cut: give a part of it with --sequence`,
    );
  }
  return { ...protein, ...loaded };
}
