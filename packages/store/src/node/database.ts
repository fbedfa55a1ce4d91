/**
 * One connection, and the two ways to use it. SQLite's own waiting for a lock would stop the event loop,
 * so it is switched off: a call that finds the file locked is tried again by a timer. Everything between
 * the begin and the commit of a transaction is synchronous and short.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { StoreError } from "../store-error.ts";
import { toStoreError } from "./sqlite-errors.ts";

const RETRY_MS = 20;

/** What a query gives and takes. */
type Value = string | number | null;
export type Row = Record<string, Value>;

/** Statements inside a call; prepared once for each text. */
export interface Statements {
  all(sql: string, ...values: readonly Value[]): Row[];
  get(sql: string, ...values: readonly Value[]): Row | undefined;
  /** @returns how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number;
  /** Several statements, without values. */
  execute(sql: string): void;
}

export interface Database {
  read<Result>(query: (statements: Statements) => Result): Promise<Result>;
  /** One transaction: all of it, or nothing where it throws. */
  write<Result>(change: (statements: Statements) => Result): Promise<Result>;
  close(): void;
}

export async function openDatabase(path: string, lockPatienceMs: number): Promise<Database> {
  const connection = await patiently(lockPatienceMs, () => connect(path));
  const statements = statementsOf(connection);
  return {
    read: (query) => patiently(lockPatienceMs, () => query(statements)),
    write: (change) =>
      patiently(lockPatienceMs, () => transaction(connection, () => change(statements))),
    close: () => connection.close(),
  };
}

function connect(path: string): DatabaseSyncInstance {
  const connection = new DatabaseSync(path, { timeout: 0 });
  try {
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = FULL");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function statementsOf(connection: DatabaseSyncInstance): Statements {
  const prepared = new Map<string, ReturnType<DatabaseSyncInstance["prepare"]>>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    all: (sql, ...values) => prepare(sql).all(...values) as Row[],
    get: (sql, ...values) => prepare(sql).get(...values) as Row | undefined,
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    execute: (sql) => connection.exec(sql),
  };
}

/** IMMEDIATE: a transaction that will write takes its lock first, so it never fails halfway for one. */
function transaction<Result>(connection: DatabaseSyncInstance, change: () => Result): Result {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = change();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite itself rolls back where the disk is full
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

/** @throws {StoreError} */
async function patiently<Result>(patienceMs: number, attempt: () => Result): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return attempt();
    } catch (cause) {
      const error = toStoreError(cause);
      const isWorthWaiting = error instanceof StoreError && error.kind === "locked";
      if (!isWorthWaiting || performance.now() >= deadline) throw error;
    }
    await sleep(RETRY_MS);
  }
}
