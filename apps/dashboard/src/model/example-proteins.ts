/** Small, well-known proteins to begin with. The first is the article's figure. */
import type { AttentionSubject } from "./sequence-input.ts";

export interface ExampleProtein {
  readonly name: string;
  readonly subject: AttentionSubject;
}

export const EXAMPLE_PROTEINS: readonly [ExampleProtein, ...ExampleProtein[]] = [
  { name: "BPT1_BOVIN (P00974)", subject: { accession: "P00974" } },
  {
    name: "Crambin (P01542)",
    subject: { sequence: "TTCCPSIVARSNFNVCRLPGTPEALCATYTGCIIIPGATCPGDYAN" },
  },
  {
    name: "Ubiquitin (P0CG48)",
    subject: {
      sequence: "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG",
    },
  },
  {
    name: "Insulin (P01308)",
    subject: {
      sequence:
        "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN",
    },
  },
];
