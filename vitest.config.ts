import { defineConfig } from 'vitest/config';

/** Suites that take a machine to themselves: their files run one after the other. */
const whole = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 };

// biome-ignore lint/style/noDefaultExport: Vitest wants it
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/asterisk/**'], testTimeout: 30_000 } },
      {
        test: {
          ...whole,
          name: 'asterisk',
          include: ['test/asterisk/**/*.test.ts'],
          globalSetup: 'test/asterisk/install.ts',
        },
      },
    ],
  },
});
