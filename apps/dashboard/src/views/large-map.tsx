/** One head at full size: the map with its residues, how far it looks, and at which residues most. */
import { sequenceMap } from "@performer/charts";
import { attentionReceived, readHead } from "@performer/interpret/reading";
import type { AttentionResponse } from "@performer/schema";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatShare } from "../model/format.ts";
import { type HeadPlace, stepHead } from "../model/head-place.ts";
import { residueLabel } from "../model/residues.ts";
import { ChartSlot } from "../parts/chart-slot.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";

interface LargeMapProps {
  readonly response: AttentionResponse;
  readonly place: HeadPlace;
  readonly onPlace: (place: HeadPlace | null) => void;
}

/** Labels left of the cells and the legend right of them, px. */
const FRAME_WIDTH = 112;
const LARGEST_PLOT = 720;
const MOST_ATTENDED = 6;

export function LargeMap({ response, place, onPlace }: LargeMapProps) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const panel = useRef<HTMLElement>(null);
  const map = response.maps[place.layer]?.[place.head];
  if (map === undefined) throw new RangeError(`LargeMap: no head ${place.layer}.${place.head}`);
  const title = `Layer ${place.layer + 1}, head ${place.head + 1}`;

  useEffect(() => {
    // on a narrow page the map stands above the grid that was clicked
    panel.current?.scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") onPlace(null);
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onPlace]);

  const plotWidth = Math.min(LARGEST_PLOT, width - FRAME_WIDTH);
  const draw = () =>
    sequenceMap(
      { sequence: response.sequence, values: map },
      { document, title: `${response.accession}: attention from row to column`, width: plotWidth },
    );
  return (
    <section class="panel attention-one" ref={panel} aria-label={title}>
      <div class="panel-head">
        <h2 class="panel-title">{title}</h2>
        <div class="button-row">
          <button type="button" onClick={() => onPlace(stepHead(response, place, -1))}>
            Previous
          </button>
          <button type="button" onClick={() => onPlace(stepHead(response, place, 1))}>
            Next
          </button>
          <button type="button" onClick={() => onPlace(null)}>
            Close
          </button>
        </div>
      </div>
      <div ref={frame}>{plotWidth > 0 && <ChartSlot draw={draw} of={[map, plotWidth]} />}</div>
      <HeadFacts map={map} sequence={response.sequence} />
    </section>
  );
}

function HeadFacts({ map, sequence }: { map: readonly number[]; sequence: string }) {
  const { reading, most } = useMemo(() => {
    const received = attentionReceived(map, sequence.length);
    const byShare = received.map((share, index) => ({ share, index }));
    byShare.sort((a, b) => b.share - a.share);
    return { reading: readHead(map, sequence.length), most: byShare.slice(0, MOST_ATTENDED) };
  }, [map, sequence]);
  return (
    <dl class="facts">
      <dt>Mean distance</dt>
      <dd>
        {reading.meanDistance.toFixed(1)} residues, {reading.pattern}
      </dd>
      <dt>Most attended</dt>
      <dd>
        <ul class="residue-list">
          {most.map(({ share, index }) => (
            <li key={index}>
              {residueLabel(sequence, index)} <span class="muted">{formatShare(share)}</span>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  );
}
