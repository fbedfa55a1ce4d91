/**
 * The n-gram baseline by its definition (docs/math.md, eq. B1-B2), over the text itself: every count is
 * a scan, and leaving one occurrence out is leaving it out of the scan.
 */
import { STANDARD_RESIDUES } from "@performer/proteins";

interface Place {
  readonly sequence: number;
  /** Of the run's last residue. */
  readonly end: number;
}

/** Before the first residue of every text. */
const START = "^";
const isStandard = (letter: string) => STANDARD_RESIDUES.includes(letter);

export class NgramReference {
  readonly #texts: readonly string[];
  readonly #strengths: readonly number[];

  constructor(texts: readonly string[], strengths: readonly number[]) {
    this.#texts = texts.map((text) => START + text);
    this.#strengths = strengths;
  }

  /** Of `residue` after `context`, by the model of order `order`, without the residue at `without`. */
  probability(context: string, residue: string, order: number, without?: Place): number {
    const usable = usableContext(context, order);
    const strength = this.#strengths[usable.length] as number;
    const counts = [...STANDARD_RESIDUES].map((letter) => this.#count(usable + letter, without));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const prior =
      usable === "" ? 1 / 20 : this.probability(usable.slice(1), residue, usable.length, without);
    const count = counts[STANDARD_RESIDUES.indexOf(residue)] as number;
    return (count + strength * prior) / (total + strength);
  }

  /** Over the residues that have order - 1 others, or the start and fewer, before them. */
  leftOutLogProb(order: number): number {
    let total = 0;
    for (const [sequence, text] of this.#texts.entries()) {
      for (let end = order - 1; end < text.length; end++) {
        const run = text.slice(end - order + 1, end + 1);
        if (
          ![...run].every(
            (letter, i) => isStandard(letter) || (i === 0 && order > 1 && letter === START),
          )
        )
          continue;
        const context = run.slice(0, -1);
        total += Math.log(
          this.probability(context, run.at(-1) as string, order, { sequence, end }),
        );
      }
    }
    return total;
  }

  score(texts: readonly string[], order: number) {
    let [lossSum, weightSum, correctSum] = [0, 0, 0];
    for (const text of texts.map((unmarked) => START + unmarked)) {
      for (const [end, residue] of [...text].entries()) {
        if (!isStandard(residue)) continue;
        const all = [...STANDARD_RESIDUES].map((letter) =>
          this.probability(text.slice(0, end), letter, order),
        );
        const own = all[STANDARD_RESIDUES.indexOf(residue)] as number;
        lossSum -= Math.log(own);
        weightSum++;
        if (all.indexOf(Math.max(...all)) === STANDARD_RESIDUES.indexOf(residue)) correctSum++;
      }
    }
    return { lossSum, weightSum, correctSum };
  }

  #count(run: string, without: Place | undefined): number {
    let count = 0;
    for (const [sequence, text] of this.#texts.entries()) {
      for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, at + 1)) {
        const end = at + run.length - 1;
        // what is left out is one residue as a target: it ends runs of every length
        if (without?.sequence !== sequence || without.end !== end) count++;
      }
    }
    return count;
  }
}

/** The last letters, as far as they are standard or the start, order - 1 at most. */
function usableContext(context: string, order: number): string {
  let usable = "";
  for (const letter of [...context].reverse()) {
    if (usable.length === order - 1 || !(isStandard(letter) || letter === START)) break;
    usable = letter + usable;
  }
  return usable;
}
