/** The routes of bulk jobs with made-up jobs: one of each state, and what is sent joins them. */
import type { ServerResponse } from "node:http";
import type { Job, JobItemsResponse, JobsResponse } from "@performer/schema";
import { modelSummary } from "./fixture-data.ts";
import type { FixtureAnswers } from "./fixture-server.ts";
import { Refusal } from "./refusal.ts";

const NO_FASTA = "expected a FASTA file, got other text; begin each sequence with a line of >";

export function madeUpJob(id: string, differing: Partial<Job> = {}): Job {
  const self = `/v1/jobs/${id}`;
  const { name: model, fingerprint } = modelSummary();
  return {
    ...{ id, model, fingerprint, state: "queued" },
    ...{ createdAt: "2025-11-25T08:00:00Z", startedAt: null, finishedAt: null },
    options: { include: "mean", letters: "strict" },
    records: { total: null, done: 0, refused: 0 },
    residues: { total: null, done: 0 },
    ...{ residuesPerSecond: null, secondsLeft: null, waitingFor: null, error: null },
    resultBytes: 0,
    links: { self, items: `${self}/items`, result: `${self}/result` },
    ...differing,
  };
}

/** Newest first. */
export function jobsOfEveryState(): Job[] {
  const started = { startedAt: "2025-11-25T08:00:02Z" };
  return [
    madeUpJob("queued-job", { createdAt: "2025-11-25T09:30:00Z" }),
    madeUpJob("running-job", {
      ...{ state: "running", createdAt: "2025-11-25T09:00:00Z", ...started },
      options: { include: "residues", layer: 3, letters: "lenient" },
      records: { total: 48_211, done: 12_000, refused: 0 },
      residues: { total: 16_000_000, done: 4_000_000 },
      ...{ residuesPerSecond: 1240.4, secondsLeft: 9675, resultBytes: 4_200_000_000 },
    }),
    madeUpJob("done-job", {
      ...{ state: "done", finishedAt: "2025-11-25T08:03:07Z", ...started },
      records: { total: 195, done: 195, refused: 2 },
      residues: { total: 61_204, done: 61_100 },
      resultBytes: 612_345,
    }),
    madeUpJob("failed-job", {
      ...{ state: "failed", createdAt: "2025-11-24T17:00:00Z", ...started },
      records: { total: 40, done: 12, refused: 0 },
      residues: { total: 9000, done: 3000 },
      error: "the weights of demo were replaced while the job ran; send it again",
    }),
  ];
}

/** What the result of every job is, in any format. */
export const RESULT_BYTES = "the bytes of a result";

const REFUSED: JobItemsResponse = {
  items: [
    { number: 3, accession: "P3", length: 30, refusal: '"1" at position 4 is no residue' },
    { number: 90, accession: "Q7", length: 900, refusal: "900 residues, the model takes 510" },
  ],
  next: null,
};

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
}

type JobAnswers = Pick<FixtureAnswers, "jobs" | "uploads">;

/** @throws {Refusal} as the API would refuse. */
export function answerJobs(answers: JobAnswers, asked: Asked, response: ServerResponse): void {
  const { jobs } = answers;
  const { method, url, body } = asked;
  const [id, part] = url.pathname.split("/").slice(3);
  const json = (status: number, answer: JobsResponse | JobItemsResponse | Job) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  if (id === undefined) {
    if (method === "POST") return void json(202, take(answers, url.searchParams, body));
    const limit = Number(url.searchParams.get("limit"));
    const next = jobs.length > limit ? `/v1/jobs?limit=${limit}&before=…` : null;
    return void json(200, { jobs: jobs.slice(0, limit), next });
  }
  const place = jobs.findIndex((job) => job.id === id);
  const job = jobs[place];
  if (job === undefined) throw new Refusal(404, "There is no such job", "see /v1/jobs");
  if (method === "DELETE") {
    jobs.splice(place, 1);
    return void response.writeHead(204).end();
  }
  switch (part) {
    case "items":
      return void json(200, REFUSED);
    case "result":
      return void response
        .writeHead(200, { "content-disposition": `attachment; filename="${id}"` })
        .end(RESULT_BYTES);
    default:
      return void json(200, job);
  }
}

/** Of a header, and of gzip. */
const FIRST_BYTES: readonly (number | undefined)[] = [">".charCodeAt(0), 0x1f];

function take({ jobs, uploads }: JobAnswers, query: URLSearchParams, body: Buffer): Job {
  if (!FIRST_BYTES.includes(body[0]))
    throw new Refusal(422, "The body is not a FASTA file", NO_FASTA);
  const layer = query.get("layer");
  const include = query.get("include") as Job["options"]["include"];
  const options = { include, letters: "strict", ...(layer !== null && { layer: Number(layer) }) };
  const job = madeUpJob(`sent-${jobs.length}`, { options: options as Job["options"] });
  uploads.push(body);
  jobs.unshift(job);
  return job;
}
