/** What is read off a window of a head's map: attention received, attention of one residue, strongest pairs. */
import { arcDiagram, csvText, residueProfile } from "@performer/charts";
import { useMemo, useState } from "preact/hooks";
import { isSingle, sideLabels } from "../model/map-labels.ts";
import { columnMeans, type HeadCells, rowOf, strongestArcs } from "../model/map-reading.ts";
import { residueLabel } from "../model/residues.ts";
import { Picture } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import type { NamedSequence } from "../use-sequence.ts";

interface MapDetailsProps {
  readonly protein: NamedSequence;
  readonly cells: HeadCells;
  readonly signed: boolean;
  /** Of files. */
  readonly name: string;
}

export function MapDetails(props: MapDetailsProps) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  return (
    <div class="map-details" ref={frame}>
      {width > 0 && (
        <>
          <Received {...props} width={width} />
          <OneRow {...props} width={width} />
          {!props.signed && <Pairs {...props} width={width} />}
        </>
      )}
    </div>
  );
}

type DetailProps = MapDetailsProps & { readonly width: number };

function Received({ protein, cells, signed, name, width }: DetailProps) {
  const bars = useMemo(() => barsOf(protein.sequence, cells, columnMeans(cells)), [cells]);
  return (
    <Picture
      name={`${name} received`}
      draw={({ theme, background }) =>
        residueProfile(bars, {
          document,
          title: "Received, mean over the rows shown",
          yTitle: signed ? "difference" : "attention",
          width,
          theme,
          background,
        })
      }
      of={[bars, width]}
      csv={() => barsCsv(bars)}
    />
  );
}

function OneRow({ protein, cells, signed, name, width }: DetailProps) {
  const labels = sideLabels(protein.sequence, cells.rows);
  const [chosen, setChosen] = useState(0);
  const row = Math.min(chosen, labels.length - 1);
  const bars = useMemo(
    () => barsOf(protein.sequence, cells, rowOf(cells, row)),
    [cells, row, protein.sequence],
  );
  return (
    <div>
      <label class="field field-inline">
        <span>Residue that looks</span>
        <select value={row} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
          {labels.map((label, index) => (
            <option key={label} value={index}>
              {isSingle(cells.rows)
                ? residueLabel(protein.sequence, cells.rows.from + index)
                : label}
            </option>
          ))}
        </select>
      </label>
      <Picture
        name={`${name} paid by ${labels[row]}`}
        draw={({ theme, background }) =>
          residueProfile(bars, {
            document,
            title: `Paid by ${labels[row]}`,
            yTitle: signed ? "difference" : "attention",
            width,
            theme,
            background,
          })
        }
        of={[bars, width]}
        csv={() => barsCsv(bars)}
      />
    </div>
  );
}

const ARCS = 40;
const APART = [2, 6, 12, 24] as const;
/** Residues along one line of arcs, at most. */
const LONGEST_LINE = 640;

function Pairs({ protein, cells, name, width }: DetailProps) {
  const [apart, setApart] = useState<number>(APART[1]);
  const origin = Math.min(cells.rows.from, cells.columns.from);
  const end = Math.max(cells.rows.to, cells.columns.to);
  const drawable = isSingle(cells.rows) && isSingle(cells.columns) && end - origin <= LONGEST_LINE;
  const arcs = useMemo(
    () => (drawable ? strongestArcs(cells, origin, { count: ARCS, apart }) : []),
    [cells, origin, apart, drawable],
  );
  if (!drawable) {
    return (
      <p class="muted">
        Zoom in until each cell is one residue to see the strongest pairs as arcs.
      </p>
    );
  }
  const labels = sideLabels(protein.sequence, { from: origin, to: end, cells: end - origin });
  return (
    <div>
      <label class="field field-inline">
        <span>Pairs at least so far apart</span>
        <select value={apart} onChange={(event) => setApart(Number(event.currentTarget.value))}>
          {APART.map((residues) => (
            <option key={residues} value={residues}>
              {residues} residues
            </option>
          ))}
        </select>
      </label>
      <Picture
        name={`${name} pairs`}
        draw={({ theme, background }) =>
          arcDiagram(arcs, {
            document,
            title: `The ${arcs.length} strongest pairs, ${apart} residues apart or more`,
            labels,
            width,
            theme,
            background,
          })
        }
        of={[arcs, width]}
        csv={() =>
          csvText(
            ["from", "to", "attention"],
            arcs.map(({ from, to, weight }) => [labels[from] ?? "", labels[to] ?? "", weight]),
          )
        }
      />
      <p class="muted map-note">
        Above the line towards the C end, below it towards the N end; the stronger, the wider.
      </p>
    </div>
  );
}

const barsOf = (sequence: string, { columns }: HeadCells, values: readonly number[]) =>
  sideLabels(sequence, columns).map((label, index) => ({ label, value: values[index] ?? 0 }));

const barsCsv = (bars: ReturnType<typeof barsOf>): string =>
  csvText(
    ["residue", "attention"],
    bars.map(({ label, value }) => [label, value]),
  );
