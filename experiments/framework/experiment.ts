/**
 * What an experiment is: a typed record. The framework gives it the command line, progress, files and
 * pictures; the experiment knows only its question and its numbers.
 */
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import type { z } from "zod";

export interface ExperimentProgress<Result> {
  /** Units of work, whatever the experiment counts. */
  readonly done: number;
  readonly total: number;
  /** What is being done, a few words. */
  readonly label: string;
  /** Written to the JSON file at once, so that an interrupted experiment goes on from here. */
  readonly partial?: Result;
}

export interface ExperimentContext<Result> {
  /** Folder of the clone. */
  readonly root: string;
  /** What an earlier run of the same parameters, amounts aside, had finished. */
  readonly previous: Result | null;
}

/** Methods, so that every experiment is also an `Experiment` of unknown parameters and result. */
export interface Experiment<
  Parameters extends z.ZodObject = z.ZodObject,
  Result extends z.ZodType = z.ZodType,
> {
  readonly title: string;
  readonly question: string;
  /** Defaults are the full size; every field is an option of the command, camelCase → --kebab-case. */
  readonly parameters: Parameters;
  /** `--quick`: minutes at most, to see that it works. Its files go to .cache/experiments. */
  readonly quick: z.input<Parameters>;
  /**
   * Parameters that say how much is measured and change nothing that was: with other values of them a
   * run goes on from an earlier one, even from one that is finished.
   */
  readonly amounts?: readonly (keyof z.input<Parameters> & string)[];
  readonly result: Result;
  run(
    parameters: z.output<Parameters>,
    context: ExperimentContext<z.output<Result>>,
  ): AsyncGenerator<ExperimentProgress<z.output<Result>>, z.output<Result>>;
  /** What the article says, held against the result. */
  claims(result: z.output<Result>): ExperimentClaim[];
  tables(result: z.output<Result>): ExperimentTable[];
  figures(result: z.output<Result>): ExperimentFigureInput[];
}

/** Infers the types of a record; the default export of experiments/NAME.ts. */
export function defineExperiment<Parameters extends z.ZodObject, Result extends z.ZodType>(
  experiment: Experiment<Parameters, Result>,
): Experiment<Parameters, Result> {
  return experiment;
}
