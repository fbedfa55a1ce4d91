/**
 * Exit code 0 where some run of the folder has logged something lately: a trainer that lives but hangs
 * does not. The longest silence of a healthy one is an evaluation.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const SILENCE_LIMIT_MS = 15 * 60_000;

const folder = process.argv[2] ?? "runs";
const runs = await readdir(folder).catch(() => []);
const times = await Promise.all(
  runs.map((run) =>
    stat(join(folder, run, "events.jsonl")).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  ),
);
const silenceMs = Date.now() - Math.max(0, ...times);
if (silenceMs > SILENCE_LIMIT_MS) {
  console.error(`trainer-health: expected an event within 15 minutes under ${folder}, got none`);
  process.exit(1);
}
