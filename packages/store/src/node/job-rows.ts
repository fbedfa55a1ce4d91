/** The job table on its two tables. */
import { JobState } from "@performer/schema";
import type { JobItemRecord, JobRecord, JobTable } from "../job-table.ts";
import { StoreError } from "../store-error.ts";
import type { Database, Row, Statements } from "./database.ts";

export function createJobTable(database: Database): JobTable {
  return {
    create: ({ id, createdAt, model, modelIdentity, options, inputBytes }) =>
      database.write(({ run }) => {
        run(
          `INSERT INTO jobs (id, state, created_at, model, model_identity, options, input_bytes)
           VALUES (?, 'queued', ?, ?, ?, ?, ?)`,
          ...[id, createdAt, model, modelIdentity, JSON.stringify(options), inputBytes],
        );
      }),

    get: (id) => database.read((statements) => find(statements, id)),

    list: ({ limit, before }) =>
      database.read(({ all }) =>
        all(
          `SELECT * FROM jobs
           WHERE ?1 IS NULL OR number < (SELECT number FROM jobs WHERE id = ?1)
           ORDER BY number DESC LIMIT ?2`,
          before ?? null,
          limit,
        ).map(toJob),
      ),

    counts: () =>
      database.read(({ all }) => {
        const rows = all("SELECT state, COUNT(*) AS jobs FROM jobs GROUP BY state");
        const none = JobState.options.map((state) => [state, 0] as const);
        const found = rows.map(({ state, jobs }) => [state as JobState, Number(jobs)] as const);
        return Object.fromEntries([...none, ...found]) as Record<JobState, number>;
      }),

    next: () =>
      database.read(({ get }) => {
        const row = get(
          "SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY number LIMIT 1",
        );
        return row === undefined ? null : toJob(row);
      }),

    start: (id, { total, totalResidues, startedAt }) =>
      database.write((statements) => {
        const changed = statements.run(
          `UPDATE jobs SET state = 'running', total = ?, total_residues = ?, started_at = ?
           WHERE id = ? AND state = 'queued'`,
          ...[total, totalResidues, startedAt, id],
        );
        if (changed !== 1) throw conflict("start", id, "a job that is queued");
        return known(statements, id);
      }),

    advance: (id, { from, items, resultBytes }) =>
      database.write((statements) => {
        const { run } = statements;
        const refused = items.filter(({ refusal }) => refusal !== null).length;
        const residues = items.reduce((sum, { length }) => sum + length, 0);
        const changed = run(
          `UPDATE jobs SET done = done + ?, done_residues = done_residues + ?, refused = refused + ?,
             result_bytes = ? WHERE id = ? AND state = 'running' AND done = ?`,
          ...[items.length, residues, refused, resultBytes, id, from],
        );
        if (changed !== 1) throw conflict("advance", id, `a running job with ${from} records done`);
        for (const [i, { number, accession, length, refusal }] of items.entries()) {
          if (number !== from + i) {
            throw conflict("advance", id, `record ${from + i}, without a gap, not ${number}`);
          }
          run(
            "INSERT INTO job_items VALUES (?, ?, ?, ?, ?)",
            id,
            number,
            accession,
            length,
            refusal,
          );
        }
        return known(statements, id);
      }),

    rewind: (id) =>
      database.write((statements) => {
        statements.run("DELETE FROM job_items WHERE job = ?", id);
        const changed = statements.run(
          `UPDATE jobs SET done = 0, done_residues = 0, refused = 0, result_bytes = 0
           WHERE id = ? AND state = 'running'`,
          id,
        );
        if (changed !== 1) throw conflict("rewind", id, "a running job");
        return known(statements, id);
      }),

    finish: (id, { finishedAt, resultBytes }) =>
      database.write(({ run }) => {
        const changed = run(
          `UPDATE jobs SET state = 'done', finished_at = ?, result_bytes = ?
           WHERE id = ? AND state = 'running' AND done = total`,
          ...[finishedAt, resultBytes, id],
        );
        if (changed !== 1) throw conflict("finish", id, "a running job with all records done");
      }),

    fail: (id, { finishedAt, error }) =>
      database.write(({ run }) => {
        const changed = run(
          `UPDATE jobs SET state = 'failed', finished_at = ?, error = ?
           WHERE id = ? AND state IN ('queued', 'running')`,
          ...[finishedAt, error, id],
        );
        if (changed !== 1) throw conflict("fail", id, "a job that is not over");
      }),

    remove: (id) => database.write(({ run }) => run("DELETE FROM jobs WHERE id = ?", id) === 1),

    items: (id, { after = -1, limit, onlyRefused = false }) =>
      database.read(({ all }) =>
        all(
          `SELECT * FROM job_items WHERE job = ? AND number > ?
           ${onlyRefused ? "AND refusal IS NOT NULL" : ""} ORDER BY number LIMIT ?`,
          ...[id, after, limit],
        ).map(toItem),
      ),
  };
}

function find({ get }: Statements, id: string): JobRecord | null {
  const row = get("SELECT * FROM jobs WHERE id = ?", id);
  return row === undefined ? null : toJob(row);
}

/** The job that the statement before has changed. */
const known = (statements: Statements, id: string): JobRecord => find(statements, id) as JobRecord;

const conflict = (name: string, id: string, expected: string) =>
  new StoreError("conflict", `${name}: expected ${expected}, got job ${id}; read it again`);

const toJob = (row: Row): JobRecord => ({
  id: String(row["id"]),
  state: row["state"] as JobRecord["state"],
  createdAt: String(row["created_at"]),
  startedAt: row["started_at"] as string | null,
  finishedAt: row["finished_at"] as string | null,
  model: String(row["model"]),
  modelIdentity: String(row["model_identity"]),
  options: JSON.parse(String(row["options"])),
  inputBytes: Number(row["input_bytes"]),
  total: row["total"] as number | null,
  totalResidues: row["total_residues"] as number | null,
  done: Number(row["done"]),
  doneResidues: Number(row["done_residues"]),
  refused: Number(row["refused"]),
  resultBytes: Number(row["result_bytes"]),
  error: row["error"] as string | null,
});

const toItem = (row: Row): JobItemRecord => ({
  number: Number(row["number"]),
  accession: String(row["accession"]),
  length: Number(row["length"]),
  refusal: row["refusal"] as string | null,
});
