/** A place for a framework-free chart of @performer/charts: drawn again when what it shows has changed. */
import { useLayoutEffect, useRef } from "preact/hooks";

interface ChartSlotProps {
  readonly draw: () => Element;
  /** Values that `draw` depends on, compared one by one. */
  readonly of: readonly unknown[];
}

export function ChartSlot({ draw, of }: ChartSlotProps) {
  const slot = useRef<HTMLDivElement>(null);
  // `of` names what `draw` shows, so `draw` itself may be a new function each time
  useLayoutEffect(() => {
    if (slot.current) replaceChart(slot.current, draw());
  }, of);
  return <div ref={slot} />;
}

/** A new drawing of the same chart has the same controls in the same order: the keyboard keeps its place. */
function replaceChart(slot: HTMLElement, chart: Element): void {
  const place = controlsOf(slot).indexOf(document.activeElement as HTMLElement | SVGElement);
  slot.replaceChildren(chart);
  if (place >= 0) controlsOf(slot)[place]?.focus({ preventScroll: true });
}

const controlsOf = (slot: HTMLElement) => [
  ...slot.querySelectorAll<HTMLElement | SVGElement>("button, [tabindex]"),
];
