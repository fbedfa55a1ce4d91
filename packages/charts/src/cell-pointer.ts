/**
 * Mouse, touch and arrow keys over a rectangle of cells, as one stream of "current cell" reports.
 * Works from positions, so SVG cells and a canvas below a transparent rectangle behave alike.
 */

export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

export interface CellPointerOptions {
  readonly rows: number;
  readonly columns: number;
  /** The cell under the pointer or reached by the arrow keys; null when it leaves. */
  readonly onMove: (cell: CellPosition | null) => void;
  /** Click, Enter or space. */
  readonly onPick?: ((cell: CellPosition) => void) | undefined;
}

/** The cell of an evenly divided box at a point, null outside of it. */
function cellAt(
  box: { left: number; top: number; width: number; height: number },
  point: { clientX: number; clientY: number },
  size: { rows: number; columns: number },
): CellPosition | null {
  const column = Math.floor(((point.clientX - box.left) / box.width) * size.columns);
  const row = Math.floor(((point.clientY - box.top) / box.height) * size.rows);
  const inside = row >= 0 && row < size.rows && column >= 0 && column < size.columns;
  return inside ? { row, column } : null;
}

const ARROWS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Listens on `target`, whose bounding box is divided into rows × columns cells. */
export function followCells(target: SVGElement, options: CellPointerOptions): void {
  let current: CellPosition | null = null;
  const move = (cell: CellPosition | null) => {
    if (cell?.row === current?.row && cell?.column === current?.column) return;
    current = cell;
    options.onMove(cell);
  };

  target.addEventListener("pointermove", (event) =>
    move(cellAt(target.getBoundingClientRect(), event, options)),
  );
  target.addEventListener("pointerleave", () => move(null));
  target.addEventListener("blur", () => move(null));
  target.addEventListener("click", (event) => {
    const cell = cellAt(target.getBoundingClientRect(), event, options);
    if (cell) options.onPick?.(cell);
  });

  target.setAttribute("tabindex", "0");
  target.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      move({
        row: clamp((current?.row ?? 0) + (current ? arrow[0] : 0), options.rows),
        column: clamp((current?.column ?? 0) + (current ? arrow[1] : 0), options.columns),
      });
    } else if ((event.key === "Enter" || event.key === " ") && current) {
      options.onPick?.(current);
    } else {
      return;
    }
    event.preventDefault();
  });
}

const clamp = (index: number, count: number): number => Math.min(count - 1, Math.max(0, index));
