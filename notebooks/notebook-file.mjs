/** Reading and writing .ipynb files (nbformat 4.5), and the outputs of a cell in the form they have there. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** @throws {Error} where the file is no notebook of this project's kernel. */
export function readNotebook(file) {
  const notebook = JSON.parse(readFileSync(file, "utf8"));
  const kernel = notebook.metadata?.kernelspec?.name;
  if (notebook.nbformat !== 4 || kernel !== "tslab") {
    throw new Error(
      `readNotebook: expected nbformat 4 and the kernel tslab, got ${notebook.nbformat} and ${kernel} in ${file}; choose the kernel TypeScript in Jupyter and save`,
    );
  }
  return notebook;
}

/** As Jupyter writes it, so that a notebook saved there differs only where it was changed. */
export function writeNotebook(file, notebook) {
  writeFileSync(`${file}.partial`, `${JSON.stringify(notebook, null, 1)}\n`);
  renameSync(`${file}.partial`, file);
}

/** Adds text that a cell printed: what is printed in a row to one stream is one output. */
export function addStreamText(outputs, name, text) {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) {
    last.text = linesOf(last.text.join("") + text);
  } else {
    outputs.push({ output_type: "stream", name, text: linesOf(text) });
  }
}

/** @param data by MIME type; text is kept as lines, which is how differences of notebooks stay readable. */
export function addDisplayData(outputs, data) {
  const lines = Object.entries(data).map(([type, content]) => [type, linesOf(content)]);
  outputs.push({ output_type: "display_data", data: Object.fromEntries(lines), metadata: {} });
}

export const sourceOf = (cell) => [cell.source].flat().join("");

const linesOf = (text) => text.match(/[^\n]*\n|[^\n]+/g) ?? [];
