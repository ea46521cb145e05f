import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ".toolchain/home/**"],
    // Whole processes, brokers and databases start inside tests, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
