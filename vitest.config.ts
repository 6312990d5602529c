import { defineConfig } from 'vitest/config';

/** Tests of these kinds run the server exactly as it runs in production: by Node itself, nothing transformed. */
const AS_IN_PRODUCTION = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** The sandboxes of several files at once would make each other slow on a small machine. */
const ONE_AT_A_TIME = { fileParallelism: false, maxWorkers: 1 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'] } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
        },
      },
    ],
  },
});
