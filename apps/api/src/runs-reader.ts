/** The runs of a folder, as the app reads them: summaries, and events from the log files. */
import { join } from "node:path";
import { followRunEvents, listRuns, readRunEvents } from "@performer/training";
import type { RunsReader } from "./ports.ts";

/** Names that `openRunFolder` allows: nothing that could lead out of the folder. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function createRunsReader(runsDirectory: string): RunsReader {
  return {
    list: () => listRuns(runsDirectory),
    async follow(id, { afterLine, signal }) {
      if (!RUN_ID.test(id)) return "unknown";
      const root = join(runsDirectory, id);
      const events = await readRunEvents(root);
      if (events.length === 0) return "unknown";
      // followRunEvents would wait here for somebody to resume the run
      if (events.at(-1)?.type === "end" && events.length === afterLine) return "ended";
      return followRunEvents(root, { fromLine: afterLine, signal });
    },
  };
}
