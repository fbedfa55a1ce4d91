/** The projection of a set: colours by cluster, length or a field of the headers; a point opens its protein. */
import { csvText, type PointColors, pointMap } from "@performer/charts";
import { kMeans, principalComponents } from "@performer/interpret/reading";
import { randomKey } from "@performer/random";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MeanEmbeddings } from "../compute/compute.ts";
import { formatCount, formatShare } from "../model/format.ts";
import { groupingFields, type ProteinSet, type SetProtein } from "../model/protein-set.ts";
import { Picture } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import { formatRoute, keepInAddress } from "../route.ts";

interface EmbeddingMapProps {
  readonly set: ProteinSet;
  readonly embeddings: MeanEmbeddings;
  readonly query: URLSearchParams;
}

const HINT = "Point at a protein, or walk with the arrow keys; click or Enter opens it in Explore.";
const CLUSTERS = [2, 3, 4, 5, 6, 7] as const;
const SEED = 1;
const WIDEST = 960;

const DEFAULT_CLUSTERS = 4;

/** "cluster", "length", or "field NAME". */
type ColorBy = string;

/** What the address asks for, as far as this set has it. */
function colorOf(query: URLSearchParams, fields: readonly string[]): ColorBy {
  const asked = query.get("color") ?? "";
  return ["length", ...fields.map((field) => `field ${field}`)].includes(asked) ? asked : "cluster";
}

const clustersOf = (query: URLSearchParams): number =>
  CLUSTERS.find((count) => String(count) === query.get("clusters")) ?? DEFAULT_CLUSTERS;

export function EmbeddingMap({ set, embeddings, query }: EmbeddingMapProps) {
  const { proteins } = set;
  const fields = useMemo(() => groupingFields(set), [set]);
  const [by, setBy] = useState(() => colorOf(query, fields));
  const [wanted, setWanted] = useState(() => clustersOf(query));
  useEffect(() => {
    keepInAddress({
      color: by === "cluster" ? null : by,
      clusters: wanted === DEFAULT_CLUSTERS ? null : String(wanted),
    });
  }, [by, wanted]);
  const k = Math.min(wanted, proteins.length);
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const readout = useRef<HTMLParagraphElement>(null);
  const { places, shares } = useMemo(() => principalComponents(embeddings.means), [embeddings]);
  const clusters = useMemo(
    () => kMeans(embeddings.means, { k, key: randomKey(SEED) }),
    [embeddings, k],
  );
  const colors = colorsOf(by, proteins, clusters);
  const points = proteins.map(({ name }, index) => ({
    x: places[index]?.[0] ?? 0,
    y: places[index]?.[1] ?? 0,
    name,
  }));
  const read = (index: number | null) => {
    const protein = index === null ? undefined : proteins[index];
    if (readout.current) readout.current.textContent = protein ? describe(protein, by) : HINT;
  };
  const axis = (which: number) =>
    `component ${which + 1}, ${formatShare(shares[which] ?? 0)} of the variance`;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="panel-title">
          {formatCount(proteins.length)} proteins{" "}
          <span class="muted">principal components of their mean embeddings</span>
        </h2>
        <div class="map-tools">
          <label class="field field-inline">
            <span>Colour by</span>
            <select value={by} onChange={(event) => setBy(event.currentTarget.value)}>
              <option value="cluster">cluster</option>
              <option value="length">length</option>
              {fields.map((field) => (
                <option key={field} value={`field ${field}`}>
                  {field}, of the header
                </option>
              ))}
            </select>
          </label>
          {by === "cluster" && (
            <label class="field field-inline">
              <span>Clusters</span>
              <select
                value={wanted}
                onChange={(event) => setWanted(Number(event.currentTarget.value))}
              >
                {CLUSTERS.map((count) => (
                  <option key={count} value={count}>
                    {count}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      </div>
      <div ref={frame}>
        {width > 0 && (
          <Picture
            name="embeddings"
            draw={({ theme, background }) =>
              pointMap(points, {
                document,
                title: `${proteins.length} proteins by ${by.replace("field ", "")}`,
                xTitle: axis(0),
                yTitle: axis(1),
                colors,
                width: Math.min(WIDEST, width),
                height: Math.round(Math.min(WIDEST, width) * 0.66) + 60,
                theme,
                background,
                ...(background === undefined && {
                  onHover: read,
                  onSelect: (index) => open(proteins[index]),
                }),
              })
            }
            of={[points.length, by, k, width, embeddings]}
            csv={() => setCsv(proteins, places, clusters)}
          />
        )}
      </div>
      <p class="map-readout muted" ref={readout} aria-live="polite">
        {HINT}
      </p>
      {by === "cluster" && (
        <p class="muted map-note">
          Clusters by k-means of the embeddings themselves, not of this picture of them.
        </p>
      )}
    </section>
  );
}

function colorsOf(
  by: ColorBy,
  proteins: readonly SetProtein[],
  clusters: readonly number[],
): PointColors {
  if (by === "length") {
    return {
      kind: "amount",
      title: "residues",
      of: proteins.map(({ sequence }) => sequence.length),
    };
  }
  if (by === "cluster") {
    return {
      kind: "groups",
      title: "cluster",
      of: clusters.map((which) => `cluster ${which + 1}`),
    };
  }
  const field = by.replace("field ", "");
  return {
    kind: "groups",
    title: field,
    of: proteins.map(({ fields }) => fields[field] ?? "none"),
  };
}

function describe({ name, sequence, fields }: SetProtein, by: ColorBy): string {
  const field = by.startsWith("field ") ? by.slice("field ".length) : "taxonomy";
  const said = fields[field] ? ` · ${field} ${fields[field]}` : "";
  return `${name} · ${formatCount(sequence.length)} residues${said}`;
}

function open(protein: SetProtein | undefined): void {
  if (protein) location.hash = formatRoute("explore", null, { sequence: protein.sequence });
}

function setCsv(
  proteins: readonly SetProtein[],
  places: readonly (readonly number[])[],
  clusters: readonly number[],
): string {
  return csvText(
    ["protein", "residues", "component_1", "component_2", "cluster"],
    proteins.map(({ name, sequence }, index) => [
      name,
      sequence.length,
      places[index]?.[0] ?? null,
      places[index]?.[1] ?? null,
      (clusters[index] ?? 0) + 1,
    ]),
  );
}
