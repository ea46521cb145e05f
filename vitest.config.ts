import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ".toolchain/home/**"],
    // Whole processes, brokers and databases start inside tests, on machines that may be busy.
    testTimeout: 60_000,
    // Most of a test's time is waiting, for sockets, timeouts and processes: more files at once than a small machine has cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    hookTimeout: 120_000,
  },
});
