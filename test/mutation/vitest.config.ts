import { defineConfig } from 'vitest/config';

/** The tests that a mutant of the pattern matcher has to fail. Those of hostile input take too long for thousands. */
// biome-ignore lint/style/noDefaultExport: Vitest wants it
export default defineConfig({
  test: { include: ['test/lib/events/pattern/**/*.test.ts'], exclude: ['**/hostile.test.ts'] },
});
