/**
 * The notebooks: their outputs are committed, and every cell runs, top to bottom, in the kernel that Jupyter
 * would start. Figures are not compared digit for digit: a model is trained anew on whatever machine this is.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { afterAll, describe, expect, test } from "vitest";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly data?: Readonly<Record<string, readonly string[]>>;
}

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly execution_count: number | null;
    readonly outputs: readonly Output[];
  }[];
}

/** A notebook takes ten to twenty seconds where nothing else runs, minutes beside other work or on WebAssembly. */
const LIMIT_MS = 600_000;

const folder = join(import.meta.dirname, "../notebooks");
const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
const scratch = mkdtempSync(join(tmpdir(), "notebooks-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const codeCells = (file: string) =>
  (JSON.parse(readFileSync(file, "utf8")) as Notebook).cells.filter(
    ({ cell_type }) => cell_type === "code",
  );

/** What a cell printed and drew, in order; warnings of Node come and go with its release. */
const kindsOf = (outputs: readonly Output[]) =>
  outputs
    .filter(({ name }) => name !== "stderr")
    .map(({ output_type, data = {} }) => [output_type, ...Object.keys(data)].join(" "));

const execute = (notebook: string, output: string) =>
  spawnSync(process.execPath, [join(folder, "execute.mjs"), notebook, output], {
    encoding: "utf8",
  });

test("there are notebooks of training, embeddings and attention", () => {
  expect(names).toEqual([
    "1-train-and-evaluate.ipynb",
    "2-embeddings-and-neighbours.ipynb",
    "3-attention-similarity-approximation.ipynb",
  ]);
});

describe.each(names)("%s", (name) => {
  const committed = codeCells(join(folder, name));

  test("outputs are committed: every cell has run in order, without an error or a warning", () => {
    expect(committed.map(({ execution_count }) => execution_count)).toEqual(
      committed.map((_, index) => index + 1),
    );
    const faults = committed
      .flatMap(({ outputs }) => outputs)
      .filter(({ output_type, name }) => output_type === "error" || name === "stderr");
    expect(faults).toEqual([]);
  });

  test("figures are SVG that a code host can draw", () => {
    const figures = committed
      .flatMap(({ outputs }) => outputs)
      .flatMap(({ data }) => (data?.["image/svg+xml"] ? [data["image/svg+xml"].join("")] : []));
    expect(figures.length).toBeGreaterThanOrEqual(2);
    for (const figure of figures) {
      const { document } = new JSDOM(figure, { contentType: "image/svg+xml" }).window;
      expect(document.documentElement.namespaceURI).toBe("http://www.w3.org/2000/svg");
      expect(document.documentElement.querySelector("image, script, foreignObject")).toBeNull();
    }
  });

  test(
    "every cell runs, top to bottom, and leaves the kinds of output that are committed",
    () => {
      const output = join(scratch, name);
      const { status, stderr } = execute(join(folder, name), output);
      expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
      expect(codeCells(output).map(({ outputs }) => kindsOf(outputs))).toEqual(
        committed.map(({ outputs }) => kindsOf(outputs)),
      );
    },
    LIMIT_MS,
  );
});

test.each([
  ["a cell that throws", 'throw new Error("wrong turn")', "wrong turn"],
  ["a cell that awaits what fails", 'await Promise.reject(new Error("lost"))', "lost"],
  ["a cell that is no TypeScript", "const = 1", "expected"],
])("%s fails the notebook by its number, and nothing is written", (title, source, message) => {
  const file = join(scratch, `${title}.ipynb`);
  const output = join(scratch, `${title}-output.ipynb`);
  const cell = (text: string) => ({ cell_type: "code", source: [text], outputs: [] });
  const metadata = { kernelspec: { name: "tslab" } };
  const cells = [cell("const one = 1;"), cell(source), cell("const two = 2;")];
  writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  const { status, stderr } = execute(file, output);
  expect(status).toBe(1);
  expect(stderr).toContain("code cell 2 failed");
  expect(stderr).toContain(message);
  expect(existsSync(output)).toBe(false);
});
