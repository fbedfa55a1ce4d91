/** The run index on its two tables. */
import type { RunEvent } from "@performer/schema";
import type { IndexedRun, LogPosition, MetricPoint, RunIndex } from "../run-index.ts";
import { StoreError } from "../store-error.ts";
import type { Database, Row, Statements } from "./database.ts";

export function createRunIndex(database: Database): RunIndex {
  return {
    position: (id) =>
      database.read(({ get }) => {
        const row = get("SELECT inode, byte_offset, lines FROM runs WHERE id = ?", id);
        return row === undefined ? null : toPosition(row);
      }),

    append: (id, { events, position, fromStart }) =>
      database.write((statements) => {
        if (fromStart) statements.run("DELETE FROM runs WHERE id = ?", id);
        else assertBefore(statements, id, position.lines - events.length);
        movePosition(statements, id, position);
        const firstLine = position.lines - events.length + 1;
        for (const [i, event] of events.entries()) {
          insertEvent(statements, id, firstLine + i, event);
        }
      }),

    async keepOnly(ids) {
      const others = "FROM runs WHERE id NOT IN (SELECT value FROM json_each(?))";
      const json = JSON.stringify(ids);
      // nothing to drop is the rule, and needs no lock
      const some = await database.read(({ get }) => get(`SELECT 1 ${others} LIMIT 1`, json));
      if (some === undefined) return;
      await database.write(({ run }) => {
        run(`DELETE ${others}`, json);
      });
    },

    list: () =>
      database.read(({ all }) =>
        all("SELECT * FROM runs WHERE started_at IS NOT NULL ORDER BY started_at DESC, id").map(
          toRun,
        ),
      ),

    metrics: (id, { kind, maxPoints }) =>
      database.read((statements) => {
        const every = strideFor(statements, id, kind, maxPoints);
        // counted from the end, so that the last point is always there
        return statements
          .all(
            `SELECT * FROM (
               SELECT *, row_number() OVER (ORDER BY line DESC) - 1 AS from_end
               FROM metrics WHERE run = ? AND kind = ?
             ) WHERE from_end % ? = 0 ORDER BY line`,
            id,
            kind,
            every,
          )
          .map(toPoint);
      }),
  };
}

function strideFor(
  { get }: Statements,
  id: string,
  kind: string,
  maxPoints: number | undefined,
): number {
  if (maxPoints === undefined) return 1;
  const row = get("SELECT count(*) AS points FROM metrics WHERE run = ? AND kind = ?", id, kind);
  return Math.max(1, Math.ceil(Number(row?.["points"]) / maxPoints));
}

function assertBefore({ get }: Statements, id: string, lines: number): void {
  const row = get("SELECT lines FROM runs WHERE id = ?", id);
  if (row?.["lines"] === lines) return;
  throw new StoreError(
    "conflict",
    `append: expected ${lines} lines of run ${id} in the index, got ${row?.["lines"] ?? "none"}; ask for its position again`,
  );
}

function movePosition({ run }: Statements, id: string, position: LogPosition): void {
  run(
    `INSERT INTO runs (id, inode, byte_offset, lines) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       inode = excluded.inode, byte_offset = excluded.byte_offset, lines = excluded.lines`,
    id,
    position.inode,
    position.offset,
    position.lines,
  );
}

function insertEvent(statements: Statements, id: string, line: number, event: RunEvent): void {
  const { run } = statements;
  run(
    "UPDATE runs SET updated_at = ?, step = ?, end_reason = NULL WHERE id = ?",
    event.time,
    event.step,
    id,
  );
  switch (event.type) {
    case "start":
      // a resumed run has several: it began with the first
      run(
        `UPDATE runs SET started_at = ?, total_steps = ?, parameter_count = ?, baseline = ?
         WHERE id = ? AND started_at IS NULL`,
        event.time,
        event.totalSteps,
        event.parameterCount,
        JSON.stringify(event.baseline),
        id,
      );
      return;
    case "step":
      insertPoint(statements, id, line, event);
      run("UPDATE runs SET last_training = ? WHERE id = ?", JSON.stringify(event.metrics), id);
      return;
    case "evaluation":
      insertPoint(statements, id, line, event);
      run("UPDATE runs SET last_evaluation = ? WHERE id = ?", JSON.stringify(event.metrics), id);
      return;
    case "checkpoint":
      return;
    case "end":
      run("UPDATE runs SET end_reason = ? WHERE id = ?", event.reason, id);
      return;
    default:
      event satisfies never;
  }
}

type Measured = Extract<RunEvent, { type: "step" | "evaluation" }>;

function insertPoint({ run }: Statements, id: string, line: number, event: Measured): void {
  const { metrics } = event;
  const step = event.type === "step" ? event : null;
  run(
    "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    event.type,
    line,
    event.step,
    event.time,
    metrics.loss,
    metrics.perplexity,
    metrics.accuracy,
    metrics.weightSum,
    step?.learningRate ?? null,
    step?.gradientNorm ?? null,
    step?.tokensPerSecond ?? null,
    step?.workers === undefined ? null : JSON.stringify(step.workers),
  );
}

const toPosition = (row: Row): LogPosition => ({
  inode: Number(row["inode"]),
  offset: Number(row["byte_offset"]),
  lines: Number(row["lines"]),
});

function toRun(row: Row): IndexedRun {
  const json = (column: string) => JSON.parse(String(row[column] ?? "null"));
  return {
    id: String(row["id"]),
    startedAt: String(row["started_at"]),
    updatedAt: String(row["updated_at"]),
    step: Number(row["step"]),
    totalSteps: Number(row["total_steps"]),
    parameterCount: Number(row["parameter_count"]),
    end: row["end_reason"] as IndexedRun["end"],
    baseline: json("baseline"),
    lastTraining: json("last_training"),
    lastEvaluation: json("last_evaluation"),
  };
}

const toPoint = (row: Row): MetricPoint => ({
  step: Number(row["step"]),
  time: String(row["time"]),
  loss: Number(row["loss"]),
  perplexity: Number(row["perplexity"]),
  accuracy: Number(row["accuracy"]),
  weightSum: Number(row["weight_sum"]),
  learningRate: row["learning_rate"] as number | null,
  gradientNorm: row["gradient_norm"] as number | null,
  tokensPerSecond: row["tokens_per_second"] as number | null,
  workers: JSON.parse(String(row["workers"] ?? "null")),
});
