/** A row of figures: a label, a large value, and a small line of context. */
import type { ComponentChildren } from "preact";

export interface KeyFigureProps {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  /** Compared with what it should beat. */
  readonly tone?: "better" | "worse" | "plain";
}

export function KeyFigures({ children }: { children: ComponentChildren }) {
  return <dl class="key-figures">{children}</dl>;
}

export function KeyFigure({ label, value, note, tone = "plain" }: KeyFigureProps) {
  return (
    <div class={`key-figure tone-${tone}`}>
      <dt>{label}</dt>
      <dd class="key-value">{value}</dd>
      {note !== undefined && <dd class="key-note">{note}</dd>}
    </div>
  );
}
