/**
 * The vocabulary of the ESM models (Lin et al. 2023): the tokens of this project under their ids, then
 * four that ESM has besides. ESM's own files number the same tokens in another order; an imported table
 * is put into this one, so that residues and specials have one id each in every model, packed shard and
 * batch. The price is that its rows cannot be compared with ESM's by number.
 */
import { TOKEN_NAMES } from "./alphabet.ts";

/** Name of each token id, 0 to 32. */
export const ESM_TOKEN_NAMES: readonly string[] = [...TOKEN_NAMES, "<unk>", ".", "-", "<null_1>"];

/** The tokens in the order of ESM's files (`vocab.txt` of facebook/esm2_*), by ESM's names. */
export const ESM_FILE_ORDER: readonly string[] = [
  ...["<cls>", "<pad>", "<eos>", "<unk>"],
  ..."LAGVSERTIDPKQNFYMHWCXBUZO",
  ...[".", "-", "<null_1>", "<mask>"],
];

/** ESM begins a sequence with what BERT calls cls. */
const ownName = (name: string) => (name === "<cls>" ? "<bos>" : name);

/** [33] Place in ESM's files of each token id. */
export const ESM_FILE_ROWS: readonly number[] = ESM_TOKEN_NAMES.map((name) =>
  ESM_FILE_ORDER.findIndex((theirs) => ownName(theirs) === name),
);
