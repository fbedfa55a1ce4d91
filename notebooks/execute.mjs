/**
 * Executes one notebook, top to bottom: `node notebooks/execute.mjs NOTEBOOK OUTPUT`. A process for each,
 * as the kernel keeps a cell's variables and takes over standard output.
 *
 * The cells run in the kernel that Jupyter starts, tslab: its converter, executor and message handler;
 * only the sockets to a Jupyter server are left out, so neither Jupyter nor Python is needed here.
 */
import { dirname, resolve } from "node:path";
import converter from "tslab/dist/converter.js";
import executor from "tslab/dist/executor.js";
import jupyter from "tslab/dist/jupyter.js";
import {
  addDisplayData,
  addStreamText,
  readNotebook,
  sourceOf,
  writeNotebook,
} from "./notebook-file.mjs";

const [source, output] = process.argv.slice(2).map((path) => resolve(path));
const writeError = process.stderr.write.bind(process.stderr);
try {
  await executeNotebook(source, output);
  process.exit(0); // the converter's file watchers would keep the process alive
} catch (error) {
  writeError(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

/** Writes `output` only where every cell ran. @throws {Error} naming the cell that failed. */
async function executeNotebook(source, output) {
  const notebook = readNotebook(source);
  process.chdir(dirname(source)); // where Jupyter starts a notebook's kernel
  const kernel = createKernel();
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === "code");
  for (const [index, cell] of cells.entries()) {
    const { status, outputs } = await kernel.run(sourceOf(cell));
    if (status !== "ok") {
      const printed = outputs.flatMap(({ text = [] }) => text).join("");
      throw new Error(`${source}: code cell ${index + 1} failed: ${printed}`);
    }
    cell.outputs = outputs;
    cell.execution_count = index + 1;
  }
  writeNotebook(output, notebook);
}

function createKernel() {
  const node = converter.createConverter({ isJS: false, isBrowser: false });
  const cells = executor.createExecutor(
    process.cwd(),
    { node, close: () => node.close() },
    console,
  );
  const handler = new jupyter.JupyterHandlerImpl(cells, false);
  return {
    async run(code) {
      const outputs = [];
      const { status } = await handler.handleExecute(
        { code },
        (name, text) => addStreamText(outputs, name, text),
        ({ data }) => addDisplayData(outputs, data),
      );
      return { status, outputs };
    },
  };
}
