/** A full set of answers: one run that trains, one that has finished, a served model. */
import {
  attentionResponse,
  BPT1_BOVIN,
  embeddingsResponse,
  modelSummary,
  mutationsResponse,
  runEvents,
  similarityResponse,
  summarize,
} from "./fixture-data.ts";
import { jobsOfEveryState } from "./fixture-jobs.ts";
import type { FixtureAnswers, FixtureRun } from "./fixture-server.ts";
import { Refusal } from "./refusal.ts";

export const LIVE_RUN = "uniref-small";
export const LIVE_STEP = 1200;
export const TOTAL_STEPS = 3000;

export function fullAnswers(): FixtureAnswers {
  return {
    models: [modelSummary()],
    runs: [
      run(LIVE_RUN, LIVE_STEP, TOTAL_STEPS, "running"),
      run("demo", 600, 600, "finished"),
      run("demo-wide", 340, 600, "interrupted"),
    ],
    jobs: jobsOfEveryState(),
    uploads: [],
    attention: ({ sequence, accession }) => {
      if (typeof sequence === "string") return attentionResponse("sequence", sequence);
      if (accession === "P00974") return attentionResponse("P00974", BPT1_BOVIN);
      throw new Refusal(
        404,
        "There is no such named sequence",
        "known accessions: P00974; or send a sequence",
      );
    },
    mutations: mutationsResponse,
    embeddings: embeddingsResponse,
    similarity: similarityResponse,
  };
}

/** What a fresh installation answers. */
export function emptyAnswers(): FixtureAnswers {
  return { ...fullAnswers(), models: [], runs: [], jobs: [] };
}

function run(
  id: string,
  lastStep: number,
  totalSteps: number,
  status: FixtureRun["summary"]["status"],
): FixtureRun {
  const events = runEvents(lastStep, totalSteps);
  return { summary: summarize(id, events, status), events };
}
