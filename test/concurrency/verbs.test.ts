import { forSeeds } from 'ari-eventbridge/testing';
import { describe, test } from 'vitest';
import {
  connectsRight,
  hangsUpRight,
  meetsRight,
  pressesLateRight,
  staysRight,
} from '../functions/verbs-concurrently.ts';

const SEEDS = Number(process.env.SEEDS ?? 1000);

describe.each(['dialplan', 'events'] as const)('verbs by the %s', (way) => {
  test(`are right in ${SEEDS} interleavings of events and commands`, () =>
    forSeeds(SEEDS, (seed) => staysRight(way, seed, 'concurrently')));

  test('are right in calls of which every event comes twice', () =>
    forSeeds(20, (seed) => staysRight(way, seed, 'twice')));

  test(`are right in ${SEEDS} calls whose last digit comes at the end of the time for it`, () =>
    forSeeds(SEEDS, (seed) => pressesLateRight(way, seed)));

  test(`leave nothing of ${SEEDS} callers who hang up at any point`, () =>
    forSeeds(SEEDS, (seed) => hangsUpRight(way, seed, 'concurrently')));

  test('say once that a caller has hung up, where every event comes twice', () =>
    forSeeds(SEEDS, (seed) => hangsUpRight(way, seed, 'twice')));
});

test(`dial and queue are right in ${SEEDS} interleavings, with hang-ups by either side`, () =>
  forSeeds(SEEDS, connectsRight));

test(`detectMachine, transfer and conference are right in ${SEEDS} interleavings, with hang-ups at any point`, () =>
  forSeeds(SEEDS, meetsRight));
