import { defineConfig } from 'vitest/config';

/** Files share a process for each core: `aws-cdk-lib` takes a second to load. Tests put back what they change in it. */
const shared = { pool: 'forks', isolate: false, maxWorkers: '100%', hookTimeout: 60_000 } as const;

const temporaryFiles = 'test/support/temporary-files.ts';

/** For suites that do not look at what CDK's own validation of templates finds: it takes half of the time of a synth. */
const unvalidated = { CDK_VALIDATION: 'false' };

/** Suites that take a machine to themselves: their files run one after the other. */
const whole = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 };

// biome-ignore lint/style/noDefaultExport: Vitest wants it
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          globalSetup: temporaryFiles,
          env: unvalidated,
          provide: { target: 'simulator' },
          include: ['test/**/*.test.ts'],
          exclude: [
            'asterisk',
            'browser',
            'cfn-lint',
            'clients',
            'concurrency',
            'deploy',
            'differential',
            'faults',
            'image',
            'oracle',
            'package',
            'runtime',
            'simulation',
            'system',
          ].map((suite) => `test/${suite}/**`),
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'concurrency',
          include: ['test/concurrency/**/*.test.ts'],
          // Beside all other suites, a thousand interleavings take three times as long as alone.
          testTimeout: 600_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'system',
          globalSetup: temporaryFiles,
          include: ['test/system/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...whole,
          name: 'asterisk',
          // They wait for calls most of the time: three share the processor. Each has an Asterisk of its own.
          fileParallelism: true,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          provide: { target: 'asterisk' },
          include: ['test/asterisk/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          globalSetup: 'test/asterisk/install.ts',
        },
      },
      {
        test: {
          ...whole,
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: 'test/asterisk/install.ts',
        },
      },
      {
        test: {
          // It starts a process for each processor.
          ...whole,
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
        },
      },
      {
        test: {
          ...whole,
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          globalSetup: ['test/asterisk/install.ts', 'test/clients/install.ts'],
        },
      },
      {
        test: {
          ...whole,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/install.ts',
        },
      },
      {
        test: {
          name: 'oracle',
          include: ['test/oracle/**/*.test.ts'],
          globalSetup: 'test/oracle/install.ts',
          testTimeout: 170_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'runtime',
          maxConcurrency: 3,
          include: ['test/runtime/**/*.test.ts'],
          globalSetup: ['test/runtime/install.ts', temporaryFiles],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'differential',
          include: ['test/differential/**/*.test.ts'],
          globalSetup: 'test/asterisk/install.ts',
          fileParallelism: false,
          testTimeout: process.env.PROGRAMS === undefined ? 1_200_000 : 3_600_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...whole,
          name: 'cfn-lint',
          env: unvalidated,
          // Of two hundred nodes it reads a template of 250 KB.
          testTimeout: 240_000,
          include: ['test/cfn-lint/**/*.test.ts'],
          globalSetup: 'test/cfn-lint/install.ts',
        },
      },
      {
        test: {
          ...whole,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/pack.ts', 'test/browser/install.ts'],
        },
      },
      {
        test: {
          ...whole,
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          globalSetup: 'test/deploy/install.ts',
          testTimeout: 170_000,
        },
      },
      {
        test: {
          ...whole,
          name: 'image',
          include: ['test/image/**/*.test.ts'],
          globalSetup: ['test/asterisk/install.ts', 'test/image/install.ts'],
        },
      },
    ],
  },
});
