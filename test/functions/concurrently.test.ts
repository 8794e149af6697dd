import { forSeeds } from 'ari-eventbridge/testing';
import { test } from 'vitest';
import { happensRight, SITUATIONS } from './concurrently.ts';

/** `npm run test:concurrency` runs more. */
const SEEDS = 10;

test.each(Object.keys(SITUATIONS))(
  `%s is served right, in ${SEEDS} interleavings of events and commands`,
  (situation) => forSeeds(SEEDS, (seed) => happensRight(situation, seed)),
);
