/** The scores as a map of positions × residues in strips that fit the page, its extremes, and what each position bears. */
import {
  createColorScale,
  csvText,
  type HeatMapCell,
  heatMap,
  residueProfile,
} from "@performer/charts";
import { orderResidues } from "@performer/interpret/reading";
import { useMemo, useRef } from "preact/hooks";
import type { MutationScores } from "../compute/compute.ts";
import { positionMeans, type Substitution, substitutionsOf } from "../model/substitutions.ts";
import { Picture, type PictureStyle } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import type { NamedSequence } from "../use-sequence.ts";

interface MutationMapProps {
  readonly protein: NamedSequence;
  readonly scores: MutationScores;
}

/** px: labels and legend beside the cells, and a cell. */
const FRAME_WIDTH = 104;
const CELL = 14;
const LISTED = 8;
const HINT =
  "Point at a cell, or press the arrow keys in the map, to read a substitution. Grey cells are the wild type.";

export function MutationMap({ protein, scores }: MutationMapProps) {
  const all = useMemo(
    () => substitutionsOf(protein.sequence, scores).sort((a, b) => b.score - a.score),
    [protein, scores],
  );
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const readout = useRef<HTMLParagraphElement>(null);
  const name = `mutations ${protein.name} ${scores.method}`;
  const letters = orderResidues(scores.residues, "group");
  const reach = Math.max(...all.map(({ score }) => Math.abs(score)));
  const colorScale = createColorScale({ kind: "diverging", domain: [-reach, reach] });
  const read = (cell: HeatMapCell | null) => {
    if (readout.current) readout.current.textContent = cell ? describe(cell) : HINT;
  };
  /** Positions from `start`, `count` of them. */
  const strip = (start: number, count: number, style: Partial<PictureStyle>, title: string) =>
    heatMap(matrixOf(protein.sequence, scores, letters, start, count), {
      document,
      title,
      legendTitle: "log-odds, nats",
      rowLabels: [...letters],
      columnLabels: Array.from(
        protein.sequence.slice(start, start + count),
        (letter, index) => `${letter}${start + index + 1}`,
      ),
      width: CELL * count,
      colorScale,
      ...(style.background === undefined && { onHover: read, crosshair: true }),
      ...(style.background !== undefined && { background: style.background }),
    });
  const perStrip = Math.max(8, Math.floor((width - FRAME_WIDTH) / CELL));
  const { length } = protein.sequence;
  const draw = () => {
    const box = document.createElement("div");
    box.className = "strips";
    for (let start = 0; start < length; start += perStrip) {
      const count = Math.min(perStrip, length - start);
      box.append(strip(start, count, {}, `Residues ${start + 1} to ${start + count}`));
    }
    return box;
  };
  const title = `Substitutions of ${protein.name}, log-odds against the wild type`;
  return (
    <>
      <section class="panel">
        <h2 class="panel-title">Every substitution</h2>
        <div ref={frame}>
          {width > 0 && (
            <Picture
              name={name}
              draw={draw}
              drawFile={(style) => strip(0, length, style, title)}
              of={[scores, perStrip]}
              csv={() =>
                csvText(
                  ["substitution", "position", "log_odds_nats"],
                  substitutionsOf(protein.sequence, scores).map((each) => [
                    each.name,
                    each.position + 1,
                    each.score,
                  ]),
                )
              }
            />
          )}
        </div>
        <p class="map-readout muted" ref={readout} aria-live="polite">
          {HINT}
        </p>
      </section>
      <Positions protein={protein} scores={scores} name={name} />
      <div class="halves">
        <Extremes title="Substitutions the model finds most likely" listed={all.slice(0, LISTED)} />
        <Extremes
          title="Substitutions the model finds least likely"
          listed={all.slice(-LISTED).reverse()}
        />
      </div>
    </>
  );
}

function Positions({ protein, scores, name }: MutationMapProps & { name: string }) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const bars = useMemo(() => {
    const means = positionMeans(protein.sequence, scores);
    return means.map((value, index) => ({
      label: `${protein.sequence[index]}${index + 1}`,
      value,
    }));
  }, [protein, scores]);
  return (
    <section class="panel">
      <h2 class="panel-title">Tolerance by position</h2>
      <div ref={frame}>
        {width > 0 && (
          <Picture
            name={`${name} positions`}
            draw={({ theme, background }) =>
              residueProfile(bars, {
                document,
                title:
                  "Mean log-odds of its 19 substitutions; the lower, the less a change is tolerated",
                yTitle: "nats",
                width,
                height: 190,
                theme,
                background,
              })
            }
            of={[bars, width]}
            csv={() =>
              csvText(
                ["residue", "mean_log_odds_nats"],
                bars.map(({ label, value }) => [label, value]),
              )
            }
          />
        )}
      </div>
    </section>
  );
}

function Extremes({ title, listed }: { title: string; listed: readonly Substitution[] }) {
  return (
    <section class="panel">
      <h2 class="panel-title">{title}</h2>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">Substitution</th>
              <th scope="col">Log-odds, nats</th>
            </tr>
          </thead>
          <tbody>
            {listed.map(({ name, score }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{signed(score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function matrixOf(
  sequence: string,
  { residues, scores }: MutationScores,
  letters: string,
  start: number,
  count: number,
) {
  const values = [...letters].flatMap((mutant) => {
    const column = residues.indexOf(mutant);
    return Array.from({ length: count }, (_, index) => {
      const position = start + index;
      // the wild type is no substitution
      return sequence[position] === mutant ? null : (scores[position]?.[column] ?? null);
    });
  });
  return { rows: letters.length, columns: count, values };
}

function describe({ rowLabel, columnLabel, value }: HeatMapCell): string {
  return value === null
    ? `${columnLabel} is the wild type`
    : `${columnLabel}${rowLabel}: ${signed(value)} nats`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
