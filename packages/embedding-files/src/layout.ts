/**
 * Which vectors of a protein a file holds, under which names, and how many bytes they take. Every
 * format has the same columns: `record`, `id`, `accession`, `length`, then these. Identifiers are
 * values and never names of things in a file, so duplicates, "/" and any length are safe.
 */

/** "f16" is rounded to IEEE binary16, the values themselves computed in float32. */
export type VectorType = "f32" | "f16";

export interface VectorColumn {
  /** "mean", "residues", or with layers "mean_layer_6". */
  readonly name: string;
  /** One vector a sequence, or one a residue. */
  readonly per: "sequence" | "residue";
  /** Layers passed; null: all, and the final layer norm. */
  readonly layer: number | null;
}

export interface EmbeddingLayout {
  /** E */
  readonly embeddingSize: number;
  readonly dtype: VectorType;
  readonly columns: readonly VectorColumn[];
}

export interface LayoutOptions {
  readonly embeddingSize: number;
  readonly dtype: VectorType;
  /** Null: the final hidden states, under names without a layer. */
  readonly layers: readonly number[] | null;
  readonly mean: boolean;
  readonly perResidue: boolean;
}

/** @throws {RangeError} where nothing is asked for. */
export function createLayout(options: LayoutOptions): EmbeddingLayout {
  const { embeddingSize, dtype, layers, mean, perResidue } = options;
  const columns = (layers ?? [null]).flatMap((layer): VectorColumn[] => {
    const suffix = layer === null ? "" : `_layer_${layer}`;
    return [
      ...(mean ? [{ name: `mean${suffix}`, per: "sequence" as const, layer }] : []),
      ...(perResidue ? [{ name: `residues${suffix}`, per: "residue" as const, layer }] : []),
    ];
  });
  if (columns.length === 0) {
    throw new RangeError("createLayout: expected means, vectors of residues or both, got neither");
  }
  return { embeddingSize, dtype, columns };
}

export interface RowHead {
  /** 0-based number of the record in the whole input, those that were passed over counted. */
  readonly record: number;
  /** First word of the header as it stands in the file. */
  readonly id: string;
  readonly accession: string;
  /** L, residues. */
  readonly length: number;
}

/** What a file will hold, known before anything is computed. */
export interface EmbeddingTotals {
  readonly rows: number;
  readonly residues: number;
  /** UTF-8 bytes of the longest. */
  readonly longestIdBytes: number;
  readonly longestAccessionBytes: number;
  /** UTF-8 bytes of all ids. */
  readonly idBytes: number;
  readonly accessionBytes: number;
}

export const NO_TOTALS: EmbeddingTotals = {
  rows: 0,
  residues: 0,
  longestIdBytes: 0,
  longestAccessionBytes: 0,
  idBytes: 0,
  accessionBytes: 0,
};

export function addTotals(a: EmbeddingTotals, b: EmbeddingTotals): EmbeddingTotals {
  return {
    rows: a.rows + b.rows,
    residues: a.residues + b.residues,
    longestIdBytes: Math.max(a.longestIdBytes, b.longestIdBytes),
    longestAccessionBytes: Math.max(a.longestAccessionBytes, b.longestAccessionBytes),
    idBytes: a.idBytes + b.idBytes,
    accessionBytes: a.accessionBytes + b.accessionBytes,
  };
}

/** The totals of one row. */
export function totalsOfRow({ id, accession, length }: RowHead): EmbeddingTotals {
  const [idBytes, accessionBytes] = [Buffer.byteLength(id), Buffer.byteLength(accession)];
  return {
    rows: 1,
    residues: length,
    longestIdBytes: idBytes,
    longestAccessionBytes: accessionBytes,
    idBytes,
    accessionBytes,
  };
}

export function bytesOfValue(dtype: VectorType): number {
  switch (dtype) {
    case "f32":
      return 4;
    case "f16":
      return 2;
    default:
      return dtype satisfies never;
  }
}

/** Vectors that a column holds. */
export function vectorsOf(
  { per }: VectorColumn,
  { rows, residues }: Pick<EmbeddingTotals, "rows" | "residues">,
): number {
  switch (per) {
    case "sequence":
      return rows;
    case "residue":
      return residues;
    default:
      return per satisfies never;
  }
}

/** Whether vectors of residues are among the columns: then files say where each protein's begin. */
export const hasResidues = ({ columns }: EmbeddingLayout): boolean =>
  columns.some(({ per }) => per === "residue");

/** record (8), length (4), offsets of the two names and of the residues (8 each). */
const BYTES_OF_ROW = 36;

/** Bytes of the content; a format adds a few per cent at most, unless it is text. */
export function contentBytes(layout: EmbeddingLayout, totals: EmbeddingTotals): number {
  const vectors = layout.columns.reduce((sum, column) => sum + vectorsOf(column, totals), 0);
  return (
    vectors * layout.embeddingSize * bytesOfValue(layout.dtype) +
    totals.rows * BYTES_OF_ROW +
    totals.idBytes +
    totals.accessionBytes
  );
}
