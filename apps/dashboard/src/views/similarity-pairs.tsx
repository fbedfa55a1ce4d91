/** The marked pairs as numbers: substitutions that evolution makes often, and what the model says. */
import { MARKED_PAIRS, readPair } from "@performer/interpret/reading";
import type { SimilarityResponse } from "@performer/schema";
import { formatCorrelation, formatScore } from "../model/format.ts";
import { residueName } from "../model/residues.ts";

export function SimilarityPairs({ response }: { response: SimilarityResponse }) {
  return (
    <section class="panel">
      <h2 class="panel-title">Marked pairs</h2>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">Attention r</th>
              <th scope="col">Rank</th>
              <th scope="col">BLOSUM62</th>
            </tr>
          </thead>
          <tbody>
            {MARKED_PAIRS.map((pair) => {
              const reading = readPair(response, pair);
              return (
                <tr key={pair.join("")}>
                  <th scope="row">
                    {pair.join(", ")}{" "}
                    <span class="muted">{pair.map(residueName).join(" and ")}</span>
                  </th>
                  <td>{formatCorrelation(reading.similarity)}</td>
                  <td>{reading.rank === null ? "–" : `${reading.rank} of ${reading.pairs}`}</td>
                  <td>{formatScore(reading.blosum62)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
