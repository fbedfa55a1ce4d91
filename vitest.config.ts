import { defineConfig } from "vitest/config";

/** One run for the whole repository; workspace packages resolve to their TypeScript sources. */
export default defineConfig({
  resolve: { conditions: ["performer-source"] },
  ssr: { resolve: { conditions: ["performer-source"] } },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "apps/*/test/**/*.test.{ts,tsx}",
      "test/**/*.test.ts",
    ],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
