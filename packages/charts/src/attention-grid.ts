/**
 * Every attention map of a model at a glance: rows are layers, columns are heads, each a small canvas
 * in a button. Maps are pooled to thumbnails by their largest value, so diagonals and stripes survive.
 */
import { type AttentionGridData, type ColorDomain, gridMatrices } from "./attention-maps.ts";
import { paintMatrix } from "./raster.ts";

export interface HeadPosition {
  /** 0-based. */
  readonly layer: number;
  readonly head: number;
}

export interface AttentionGridOptions {
  readonly document: Document;
  /** Accessible name; "attention by layer and head" without. */
  readonly title?: string;
  /** px of a thumbnail; 72 without. */
  readonly thumbnailSize?: number;
  readonly domain?: ColorDomain;
  readonly selected?: HeadPosition;
  /** [layers][heads] a few words below each map, for instance its mean attention distance. */
  readonly captions?: readonly (readonly string[])[];
  readonly onSelect?: (position: HeadPosition) => void;
}

/** @throws {RangeError} where there is no map, or a map is not L × L, or layers differ in heads. */
export function attentionGrid(data: AttentionGridData, options: AttentionGridOptions): HTMLElement {
  const { document, thumbnailSize = 72, domain = "each" } = options;
  const { heads, layers } = gridMatrices(data, domain, "attentionGrid");

  const grid = document.createElement("div");
  grid.className = "attention-grid";
  grid.setAttribute("role", "group");
  grid.setAttribute("aria-label", options.title ?? "attention by layer and head");
  grid.style.cssText = `display:grid;gap:6px;padding:3px;align-items:start;overflow-x:auto;grid-template-columns:max-content repeat(${heads}, ${thumbnailSize}px)`;

  const addLabel = (text: string) => {
    const label = document.createElement("span");
    label.textContent = text;
    label.style.cssText = "align-self:center;font-size:11px";
    label.setAttribute("aria-hidden", "true");
    grid.append(label);
  };
  addLabel("");
  for (let head = 0; head < heads; head++) addLabel(`head ${head + 1}`);

  layers.forEach((maps, layer) => {
    addLabel(`layer ${layer + 1}`);
    maps.forEach(({ matrix, scale }, head) => {
      const canvas = paintMatrix(document, matrix, scale, 2 * thumbnailSize);
      canvas.style.cssText += `;display:block;width:${thumbnailSize}px;height:${thumbnailSize}px`;
      const button = document.createElement("button");
      button.type = "button";
      button.style.cssText = "padding:0;border:0;line-height:0;cursor:pointer;color:inherit";
      const name = `layer ${layer + 1}, head ${head + 1}`;
      const caption = options.captions?.[layer]?.[head];
      button.setAttribute("aria-label", caption ? `${name}: ${caption}` : name);
      button.dataset["head"] = headKey({ layer, head });
      button.append(canvas);
      button.addEventListener("click", () => {
        selectHead(grid, { layer, head });
        options.onSelect?.({ layer, head });
      });
      grid.append(caption ? withCaption(document, button, caption) : button);
    });
  });
  selectHead(grid, options.selected ?? null);
  return grid;
}

/** Marks one head of a grid as selected, or none; the maps are not drawn again. */
export function selectHead(grid: HTMLElement, position: HeadPosition | null): void {
  const key = position && headKey(position);
  for (const button of grid.querySelectorAll<HTMLButtonElement>("button[data-head]")) {
    const selected = button.dataset["head"] === key;
    button.setAttribute("aria-pressed", String(selected));
    // a shadow, not an outline: the outline is the browser's for keyboard focus
    button.style.boxShadow = selected ? "0 0 0 3px currentColor" : "none";
  }
}

const headKey = ({ layer, head }: HeadPosition): string => `${layer}.${head}`;

function withCaption(document: Document, button: HTMLButtonElement, caption: string): HTMLElement {
  const box = document.createElement("div");
  const line = document.createElement("div");
  line.textContent = caption;
  line.setAttribute("aria-hidden", "true");
  line.style.cssText = "margin-top:3px;font-size:11px;line-height:1.3";
  box.append(button, line);
  return box;
}
