import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutationScores, pseudoPerplexity } from "@performer/interpret";
import { disposeModel, type PerformerModel } from "@performer/performer";
import { encodeSequence, STANDARD_RESIDUES } from "@performer/proteins";
import type { MutationMethod } from "@performer/schema";
import { expectClose } from "@performer/testing";
import { loadCheckpoint } from "@performer/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvLine, parseCsvLine } from "../src/score/csv.ts";
import { mutationsByProtein } from "../src/score/mutations-by-protein.ts";
import {
  assertMutationsOf,
  type Mutation,
  parseMutationList,
  parseMutationTable,
} from "../src/score/parse-mutations.ts";
import type { Protein } from "../src/score/score-protein.ts";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

const SEQUENCE = "MKTAYIAKQRX";
let folder: string;
let checkpoint: string;
let model: PerformerModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "score-"));
  checkpoint = await saveTinyModel(join(folder, "tiny"));
  ({ model } = await loadCheckpoint(checkpoint));
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true });
});

async function score(...more: string[]) {
  const args = ["score", "-", "--backend", "cpu", "--checkpoint", checkpoint, ...more];
  const { exitCode, stdout, stderr } = await performer(args, {
    cwd: folder,
    input: `>it all\n${SEQUENCE}\n`,
  });
  expect(exitCode, stderr).toBe(0);
  return stdout.trimEnd().split("\n").map(parseCsvLine);
}

/** log p(mutant) - log p(wild type) of a substitution by the package. */
async function marginal(method: MutationMethod, position: number, mutant: string) {
  const sequence = encodeSequence(SEQUENCE);
  for await (const { scores } of mutationScores(model, sequence, {
    method,
    positions: [position],
  })) {
    return scores[STANDARD_RESIDUES.indexOf(mutant)] as number;
  }
  throw new Error("no score");
}

const TOLERANCE = { rtol: 1e-5, atol: 1e-6 };

describe("performer score", () => {
  it("gives the pseudo-perplexity of a protein", async () => {
    const [header, line = []] = await score();
    expect(header).toEqual(["id", "length", "pseudo_perplexity"]);
    expect(line.slice(0, 2)).toEqual(["it", "11"]);
    const expected = await pseudoPerplexity(model, encodeSequence(SEQUENCE));
    expectClose([Number(line[2])], [expected], TOLERANCE);
  });

  it("scores listed mutations both ways, in their order; several at once are summed", async () => {
    await writeFile(join(folder, "list.csv"), "DMS_score,Mutant\n0.1,K2A:Y5W\n0.2,M1C\n");
    const [header, double = [], single = []] = await score("--mutations", "list.csv");
    expect(header).toEqual(["id", "mutant", "masked_marginal", "wild_type_marginal"]);
    expect([double[1], single[1]]).toEqual(["K2A:Y5W", "M1C"]);
    for (const [column, method] of (["masked-marginals", "single-pass"] as const).entries()) {
      const sum = (await marginal(method, 1, "A")) + (await marginal(method, 4, "W"));
      const found = [double[2 + column], single[2 + column]].map(Number);
      expectClose(found, [sum, await marginal(method, 0, "C")], TOLERANCE);
    }
  });

  it("scans every substitution of every position, 20 of a residue that is none of the 20", async () => {
    const [header, ...lines] = await score("--scan", "--method", "single-pass");
    expect(header).toEqual(["id", "mutant", "wild_type_marginal"]);
    expect(lines).toHaveLength(19 * 10 + 20);
    expect(lines[0]?.[1]).toBe("M1A");
    expect(lines.at(-1)?.[1]).toBe("X11Y");
    const place = lines.findIndex(([, name]) => name === "T3V");
    const expected = await marginal("single-pass", 2, "V");
    expectClose([Number(lines[place]?.[2])], [expected], TOLERANCE);
  });
});

describe("a mutation that cannot be is named with its place and a remedy", () => {
  const protein: Protein = { id: "it", sequence: encodeSequence(SEQUENCE) };
  it.each([
    ["K3A", "list.csv:2: K3A: expected K at position 3 of it, got T; is it numbered"],
    ["K2A:A40G", "list.csv:2: K2A:A40G: it has 11 residues, none at 40; positions count from 1"],
    ["K2A:K2C", "list.csv:2: K2A:K2C changes a position twice"],
    ["K2", 'list.csv:2: expected a mutation such as A24G, or A24G:T30S, got "K2"; write'],
    ["K2X", 'got "K2X"'],
    ["K0A", 'got "K0A"'],
    ["", 'got ""'],
  ])("%s", (name, message) => {
    expect(() =>
      assertMutationsOf(parseMutationTable(`mutant,x\n${name},1\n`, "list.csv"), protein),
    ).toThrow(message);
  });

  it("a table without its column, an empty one, one of an unknown protein", async () => {
    expect(() => parseMutationTable("a,b\nK2A,1\n", "list.csv")).toThrow("name the column mutant");
    expect(() => parseMutationTable("\n", "list.csv")).toThrow("got an empty file");
    const named = parseMutationTable("mutant,id\nK2A,other\n", "list.csv");
    await expect(pairsOf([protein], named)).rejects.toThrow(
      'list.csv:2: expected the protein "other" in the FASTA files',
    );
    const two = [protein, { ...protein, id: "second" }];
    await expect(pairsOf(two, parseMutationList("K2A"))).rejects.toThrow(
      "--mutations: expected one protein, got second as well",
    );
  });

  it("a plain list of lines needs no header, and a column of ids chooses the protein", async () => {
    expect(parseMutationTable("K2A\r\n\r\nM1C:K2A\n", "x").map(({ name }) => name)).toEqual([
      "K2A",
      "M1C:K2A",
    ]);
    const two = [protein, { ...protein, id: "second" }];
    const pairs = await pairsOf(two, parseMutationTable('id,mutant\n"second",K2A\n', "x"));
    expect(pairs).toEqual([["second", ["K2A"]]]);
  });

  async function pairsOf(proteins: readonly Protein[], mutations: readonly Mutation[]) {
    const stream = (async function* () {
      yield* proteins;
    })();
    const pairs: [string, string[]][] = [];
    for await (const pair of mutationsByProtein(stream, mutations)) {
      pairs.push([pair.protein.id, pair.mutations.map(({ name }) => name)]);
    }
    return pairs;
  }
});

it("CSV: commas and quotes in an id survive the way out and back", () => {
  const cells = ["a,b", 'say "x"', "", "plain"];
  expect(parseCsvLine(csvLine(cells).trimEnd())).toEqual(cells);
});
