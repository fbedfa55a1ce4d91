/** What can be downloaded by name, and where it lies in UniProt's release area. */

/** https://www.uniprot.org/help/downloads */
export const UNIPROT = "https://ftp.uniprot.org/pub/databases/uniprot/";

export interface Dataset {
  /** Below the base address; RELEASE.metalink with sizes and checksums lies in the same folder. */
  readonly folder: string;
  readonly file: string;
}

const uniref = (identity: number): Dataset => ({
  folder: `current_release/uniref/uniref${identity}/`,
  file: `uniref${identity}.fasta.gz`,
});

const knowledgebase = (file: string): Dataset => ({
  folder: "current_release/knowledgebase/complete/",
  file,
});

export const DATASETS = {
  uniref50: uniref(50),
  uniref90: uniref(90),
  uniref100: uniref(100),
  swissprot: knowledgebase("uniprot_sprot.fasta.gz"),
  trembl: knowledgebase("uniprot_trembl.fasta.gz"),
} as const satisfies Record<string, Dataset>;

export type DatasetName = keyof typeof DATASETS;
