/**
 * POST /api/embeddings {sequence | sequences, model?}: for each sequence its accession, its length L, one
 * vector a residue (specials excluded) and their mean. The order of the request is kept.
 */
import { EmbeddingsRequest, MAX_SEQUENCES_PER_REQUEST } from "@performer/schema";
import type { RequestHandler } from "express";
import { encodeMatrix, encodeNumbers } from "../json-numbers.ts";
import { maxEmbeddedResidues, maxResidues } from "../limits.ts";
import type { ModelStore, SequenceEmbedding, ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { parseSequence } from "../sequence-input.ts";
import type { SerialQueue } from "../serial-queue.ts";
import { useModel } from "../use-model.ts";

interface NamedSequence {
  readonly accession: string;
  readonly sequence: Uint8Array;
}

export function embeddingsRoute(models: ModelStore, queue: SerialQueue): RequestHandler {
  return async (request, response) => {
    const { items, asked } = readBody(request.body);
    const clientLeaves = new AbortController();
    response.on("close", () => clientLeaves.abort());
    const answer = await useModel(
      models,
      async (model) => {
        const sequences = parseItems(items, model);
        const embeddings = await queue.run(
          () => model.embed(sequences.map(({ sequence }) => sequence)),
          clientLeaves.signal,
        );
        return encodeAnswer(model, sequences, embeddings);
      },
      asked,
    );
    response.type("application/json").send(answer);
  };
}

interface Item {
  /** JSON pointer of `text`. */
  readonly field: string;
  readonly accession: string;
  readonly text: string;
}

/** @throws {ProblemError} "unsupported-media-type" or "invalid-request", with the field. */
function readBody(body: unknown): { items: Item[]; asked: string | undefined } {
  if (body === undefined) {
    throw new ProblemError("unsupported-media-type", {
      detail: "send a JSON body with the header Content-Type: application/json",
      field: "Content-Type",
    });
  }
  const parsed = EmbeddingsRequest.safeParse(body);
  if (!parsed.success) throw misfit(parsed.error.issues[0]);
  const { sequence, sequences, model: asked } = parsed.data;
  const inputs = sequences ?? (sequence === undefined ? [] : [sequence]);
  const items = inputs.map((input, i) => {
    const pointer = sequences === undefined ? "/sequence" : `/sequences/${i}`;
    return typeof input === "string"
      ? { field: pointer, accession: `sequence-${i + 1}`, text: input }
      : { field: `${pointer}/sequence`, accession: input.accession, text: input.sequence };
  });
  return { items, asked };
}

type Issue = NonNullable<ReturnType<typeof EmbeddingsRequest.safeParse>["error"]>["issues"][number];

function misfit(issue: Issue | undefined): ProblemError {
  const path = (issue?.path ?? []).map(String);
  const field = path.length === 0 ? "body" : `/${path.join("/")}`;
  if (issue?.code === "too_big") {
    return new ProblemError("invalid-request", {
      detail: `expected at most ${MAX_SEQUENCES_PER_REQUEST} sequences a request; send the others in further requests`,
      field,
      limit: MAX_SEQUENCES_PER_REQUEST,
    });
  }
  return new ProblemError("invalid-request", {
    detail:
      'expected {"sequence": …} or {"sequences": […]}, each sequence a string or ' +
      `{"accession": …, "sequence": …}; ${issue?.message ?? "got something else"}`,
    field,
  });
}

function parseItems(items: readonly Item[], { summary }: ServedModel): NamedSequence[] {
  const { config } = summary;
  const limit = { residues: maxResidues(config), reason: "the model's length without bos and eos" };
  const sequences = items.map(({ field, accession, text }) => ({
    accession,
    sequence: parseSequence(text, field, limit),
  }));
  const total = sequences.reduce((sum, { sequence }) => sum + sequence.length, 0);
  const totalLimit = maxEmbeddedResidues(config);
  if (total > totalLimit) {
    throw new ProblemError("answer-too-large", {
      detail: `expected at most ${totalLimit} residues a request in all, got ${total}; send them in several requests`,
      field: items.length === 1 ? (items[0]?.field ?? "body") : "/sequences",
      limit: totalLimit,
    });
  }
  return sequences;
}

/** JSON text of an EmbeddingsResponse, every float32 exact. */
function encodeAnswer(
  { summary }: ServedModel,
  sequences: readonly NamedSequence[],
  embeddings: readonly SequenceEmbedding[],
): Buffer {
  const embeddingSize = summary.config.embeddingSize;
  const items = embeddings.map(({ length, residues, mean }, i) => {
    const accession = JSON.stringify(sequences[i]?.accession);
    const vectors = encodeMatrix(residues, embeddingSize);
    return `{"accession":${accession},"length":${length},"residues":${vectors},"mean":${encodeNumbers(mean)}}`;
  });
  return Buffer.from(
    `{"model":${JSON.stringify(summary.name)},"embeddingSize":${embeddingSize},"embeddings":[${items.join(",")}]}`,
  );
}
