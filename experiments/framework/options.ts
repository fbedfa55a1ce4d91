/** The command line of an experiment: its own parameters as options, and a few that all have. */
import { parseArgs } from "node:util";
import { parseWith } from "@performer/schema";
import type { Experiment } from "./experiment.ts";

export const USAGE = `npm run experiment -- NAME [options]

  --quick            a small size; files go to .cache/experiments
  --PARAMETER VALUE  a parameter of the experiment instead of its default; lists as 1,2,3
  --stop-after N     ends after N seconds with what is finished; the same command goes on from there
  --fresh            start over; without, an interrupted run of the same parameters goes on,
                     and a finished one that is to measure more of the same
  --redraw           figures, tables and page from the JSON file that is there, nothing is run
  --output FOLDER    instead of docs/experiments

npm run experiment -- --redraw   all of them, and the list of pages`;

export interface ExperimentOptions {
  readonly parameters: Record<string, unknown>;
  readonly quick: boolean;
  readonly fresh: boolean;
  readonly redraw: boolean;
  readonly output: string | undefined;
  readonly stopAfterMs: number | undefined;
}

/**
 * @throws {TypeError} for an option that does not exist.
 * @throws {SchemaError} for a parameter out of its range.
 */
export function parseOptions(
  name: string,
  experiment: Experiment,
  args: readonly string[],
): ExperimentOptions {
  const fields = Object.keys(experiment.parameters.shape);
  const text = Object.fromEntries(
    fields.map((field) => [optionOf(field), { type: "string" as const }]),
  );
  const flag = { type: "boolean" as const, default: false };
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...text,
      quick: flag,
      fresh: flag,
      redraw: flag,
      output: { type: "string" },
      "stop-after": { type: "string" },
    },
  });
  const given = fields.flatMap((field) => {
    const value = (values as Record<string, unknown>)[optionOf(field)];
    return typeof value === "string" ? [[field, readValue(experiment, field, value)] as const] : [];
  });
  const base = values.quick ? experiment.quick : {};
  const chosen = { ...base, ...Object.fromEntries(given) };
  return {
    parameters: parseWith(experiment.parameters, chosen, `experiment ${name}`),
    quick: values.quick,
    fresh: values.fresh,
    redraw: values.redraw,
    output: values.output,
    stopAfterMs:
      values["stop-after"] === undefined ? undefined : 1000 * Number(values["stop-after"]),
  };
}

const optionOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As JSON, as a list or as text: what the parameter's schema takes. */
function readValue(experiment: Experiment, field: string, text: string): unknown {
  const parts = text.split(",").map(jsonOrText);
  const choices = [jsonOrText(text), parts, text];
  const schema = experiment.parameters.shape[field] as (typeof experiment.parameters.shape)[string];
  return choices.find((choice) => schema.safeParse(choice).success) ?? jsonOrText(text);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
