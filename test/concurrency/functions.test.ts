import { forSeeds } from 'ari-eventbridge/testing';
import { test } from 'vitest';
import { happensRight, SITUATIONS } from '../functions/concurrently.ts';

const SEEDS = 1000;

test.each(Object.keys(SITUATIONS))(
  `%s is served right, in ${SEEDS} interleavings of events and commands`,
  (situation) => forSeeds(SEEDS, (seed) => happensRight(situation, seed)),
);
