/** The maps of one answer: the grid of all heads, and beside it the chosen one at full size. */
import { attentionGrid, selectHead } from "@performer/charts";
import { type HeadReading, readHead } from "@performer/interpret/reading";
import type { AttentionResponse } from "@performer/schema";
import { useCallback, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { HeadPlace } from "../model/head-place.ts";
import { ChartSlot } from "../parts/chart-slot.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import { LargeMap } from "./large-map.tsx";

interface AttentionMapsProps {
  readonly response: AttentionResponse;
  /** The head shown at full size. */
  readonly head: HeadPlace | null;
  readonly onHead: (head: HeadPlace | null) => void;
}

type ColorDomain = "each" | "shared";

/** px: the labels of layers, and a gap beside each thumbnail. */
const LABEL_WIDTH = 56;
const GAP = 6;
const THUMBNAIL = { least: 60, most: 150 } as const;

export function AttentionMaps({ response, head, onHead }: AttentionMapsProps) {
  const [domain, setDomain] = useState<ColorDomain>("each");
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const length = response.sequence.length;
  const readings = useMemo(
    () => response.maps.map((layer) => layer.map((map) => readHead(map, length))),
    [response, length],
  );
  const thumbnailSize = sizeOf(width, response.numHeads);
  const draw = useCallback(
    () =>
      attentionGrid(
        { length, maps: response.maps },
        {
          document,
          title: `Attention maps of ${response.accession} by layer and head`,
          thumbnailSize,
          domain,
          captions: readings.map((layer) => layer.map(captionOf)),
          onSelect: onHead,
        },
      ),
    [response, length, thumbnailSize, domain, readings, onHead],
  );
  // the grid keeps standing while heads are chosen, so that the keyboard's focus stays in it
  useLayoutEffect(() => {
    const grid = frame.current?.querySelector<HTMLElement>(".attention-grid");
    if (grid) selectHead(grid, head);
  }, [frame, head, draw, width]);
  return (
    <div class={head ? "attention attention-open" : "attention"}>
      <section class="panel attention-all">
        <div class="panel-head">
          <h2 class="panel-title">
            {response.accession}{" "}
            <span class="muted">
              {length} residues · {response.numLayers} layers × {response.numHeads} heads
            </span>
          </h2>
          <label class="check">
            <input
              type="checkbox"
              checked={domain === "shared"}
              onChange={(event) => setDomain(event.currentTarget.checked ? "shared" : "each")}
            />
            One colour scale for all heads
          </label>
        </div>
        <div ref={frame}>{width > 0 && <ChartSlot draw={draw} of={[draw]} />}</div>
        <p class="muted attention-note">
          Click a map to enlarge it. The number is the mean attention distance in residues. A{" "}
          <em>local</em> head looks near, a <em>striped</em> one at the same residues from
          everywhere, a <em>flat</em> one at all residues alike.
        </p>
      </section>
      {head && <LargeMap response={response} place={head} onPlace={onHead} />}
    </div>
  );
}

const captionOf = ({ meanDistance, pattern }: HeadReading): string =>
  `${meanDistance.toFixed(0)} ${pattern}`;

/** As large as the heads of a layer fit side by side. */
function sizeOf(width: number, heads: number): number {
  const fitting = Math.floor((width - LABEL_WIDTH) / heads) - GAP;
  return Math.min(THUMBNAIL.most, Math.max(THUMBNAIL.least, fitting));
}
