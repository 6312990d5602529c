import { defineConfig } from 'vitest/config';

/** Tests with sandboxes: they find a container engine that runs, with the sandboxes' images. */
const ON_AN_ENGINE = { globalSetup: 'test/support/engine-setup.ts' };

/** Tests of these kinds run the server exactly as it runs in production: by Node itself, nothing transformed. */
const AS_IN_PRODUCTION = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** The sandboxes of several files at once would make each other slow on a small machine. */
const ONE_AT_A_TIME = { fileParallelism: false, maxWorkers: 1 };

/** How long a state that is waited for may take on a machine that is busy with something else. */
const PATIENT = { expect: { poll: { timeout: 15_000 } } };

export default defineConfig({
  test: {
    projects: [
      // Far more than any takes: a machine that is busy with something else must not fail them.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          testTimeout: 30_000,
          // It imports its own files without their extension, which Node does not follow.
          server: { deps: { inline: ['@ngrok/webernetes'] } },
        },
      },
      {
        test: {
          name: 'contract',
          sequence: { groupOrder: 1 },
          include: ['test/contract/**/*.test.ts'],
          exclude: ['test/contract/kubernetes/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...PATIENT,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
          ...ON_AN_ENGINE,
        },
      },
      {
        test: {
          name: 'kubernetes',
          sequence: { groupOrder: 4 },
          include: ['test/{contract,integration,e2e}/kubernetes/**/*.test.ts'],
          // A cluster is made in about a minute on a small machine.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          ...PATIENT,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
          globalSetup: ['test/support/engine-setup.ts', 'test/support/cluster-setup.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 2 },
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/integration/kubernetes/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...PATIENT,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
          ...ON_AN_ENGINE,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 3 },
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/kubernetes/**'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...PATIENT,
          ...ONE_AT_A_TIME,
          ...AS_IN_PRODUCTION,
          ...ON_AN_ENGINE,
        },
      },
    ],
  },
});
