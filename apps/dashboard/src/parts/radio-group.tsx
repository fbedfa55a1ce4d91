/** One of several, all in sight: radio buttons in a row, or as the segments of a bar. */

interface RadioGroupProps<Value extends string> {
  readonly look: "choice" | "segments";
  readonly legend: string;
  readonly legendLook?: "muted" | "visually-hidden";
  /** Tells its buttons from those of another group on the page. */
  readonly name: string;
  /** What each is called, in order. */
  readonly labels: Readonly<Record<Value, string>>;
  readonly chosen: Value;
  readonly disabled?: readonly Value[];
  readonly onChoose: (value: Value) => void;
}

export function RadioGroup<Value extends string>({
  look,
  legend,
  legendLook,
  name,
  labels,
  chosen,
  disabled = [],
  onChoose,
}: RadioGroupProps<Value>) {
  return (
    <fieldset class={look}>
      <legend class={legendLook}>{legend}</legend>
      {(Object.keys(labels) as Value[]).map((value) => (
        <label key={value} class={look === "segments" ? "segment" : undefined}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            disabled={disabled.includes(value)}
            onChange={() => onChoose(value)}
          />
          <span>{labels[value]}</span>
        </label>
      ))}
    </fieldset>
  );
}
