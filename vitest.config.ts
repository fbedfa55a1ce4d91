import { defineConfig } from "vitest/config";
import PlainSummaryReporter from "./test/plain-summary-reporter.ts";

/** One run for the whole repository; workspace packages resolve to their TypeScript sources. */
export default defineConfig({
  resolve: { conditions: ["performer-source"] },
  ssr: { resolve: { conditions: ["performer-source"] } },
  test: {
    include: ["{{packages,apps}/*,data-scripts}/test/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
    reporters: ["default", new PlainSummaryReporter()],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What a page shows in the end, on a machine that does something else too.
    expect: { poll: { timeout: 10_000 } },
    coverage: { include: ["{{packages,apps}/*,data-scripts}/src/**/*.{ts,tsx}"] },
  },
});
