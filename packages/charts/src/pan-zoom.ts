/**
 * Wheel, drag, double click and keys over a map become windows of it. The wheel zooms only with Ctrl
 * (a pinch on a touchpad is that) or while the map has the focus, so that a page still scrolls past it.
 */
import { type MapWindow, panWindow, wholeWindow, zoomWindow } from "./map-window.ts";

export interface PanZoomOptions {
  /** What is shown now. */
  readonly window: MapWindow;
  /** Rows and columns of the whole map. */
  readonly length: number;
  readonly onWindow: (window: MapWindow) => void;
}

const WHEEL_STEP = 1.25;
const KEY_STEP = 1.6;
/** Share of the window that Shift and an arrow move. */
const KEY_PAN = 0.25;
/** px; less is a click. */
const LEAST_DRAG = 4;

const PANS: Readonly<Record<string, { readonly rows: number; readonly columns: number }>> = {
  ArrowUp: { rows: -1, columns: 0 },
  ArrowDown: { rows: 1, columns: 0 },
  ArrowLeft: { rows: 0, columns: -1 },
  ArrowRight: { rows: 0, columns: 1 },
};

/** Listens on a figure made by `heatMap`, which the caller draws anew for each window. */
export function addPanZoom(figure: HTMLElement, options: PanZoomOptions): void {
  const cells = figure.querySelector<SVGElement>(".cells");
  if (cells === null) {
    throw new TypeError("addPanZoom: expected a figure made by heatMap, got another element");
  }
  const { window, length, onWindow } = options;
  const change = (next: MapWindow) => {
    const same =
      next.row === window.row && next.column === window.column && next.size === window.size;
    if (!same) onWindow(next);
  };
  const shareAt = ({ clientX, clientY }: MouseEvent) => {
    const box = cells.getBoundingClientRect();
    return { row: (clientY - box.top) / box.height, column: (clientX - box.left) / box.width };
  };

  cells.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && cells.ownerDocument.activeElement !== cells) return;
      event.preventDefault();
      const factor = event.deltaY < 0 ? 1 / WHEEL_STEP : WHEEL_STEP;
      change(zoomWindow(window, factor, length, shareAt(event)));
    },
    { passive: false },
  );
  cells.addEventListener("dblclick", (event) =>
    change(zoomWindow(window, 1 / KEY_STEP ** 2, length, shareAt(event))),
  );
  addDrag(cells, options, change);
  figure.addEventListener(
    "keydown",
    (event) => {
      const next = windowOfKey(event, window, length);
      if (next === null) return;
      event.preventDefault();
      event.stopPropagation();
      change(next);
    },
    { capture: true },
  );
}

function addDrag(
  cells: SVGElement,
  { window, length }: PanZoomOptions,
  change: (next: MapWindow) => void,
): void {
  if (window.size === length) return;
  cells.style.cursor = "grab";
  // a finger drags the map, not the page
  cells.style.touchAction = "none";
  cells.addEventListener("pointerdown", (down) => {
    const box = cells.getBoundingClientRect();
    cells.setPointerCapture(down.pointerId);
    cells.addEventListener(
      "pointerup",
      (up) => {
        const [x, y] = [up.clientX - down.clientX, up.clientY - down.clientY];
        if (Math.hypot(x, y) < LEAST_DRAG) return;
        const moved = {
          rows: (-y / box.height) * window.size,
          columns: (-x / box.width) * window.size,
        };
        change(panWindow(window, moved, length));
      },
      { once: true },
    );
  });
}

/** null where the key is none of the map's. */
function windowOfKey(event: KeyboardEvent, window: MapWindow, length: number): MapWindow | null {
  const pan = event.shiftKey ? PANS[event.key] : undefined;
  if (pan) {
    const step = Math.max(1, Math.round(window.size * KEY_PAN));
    return panWindow(window, { rows: pan.rows * step, columns: pan.columns * step }, length);
  }
  switch (event.key) {
    case "+":
    case "=":
      return zoomWindow(window, 1 / KEY_STEP, length);
    case "-":
      return zoomWindow(window, KEY_STEP, length);
    case "0":
      return wholeWindow(length);
    default:
      return null;
  }
}
