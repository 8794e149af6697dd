import { expect, test } from 'vitest';
import { loadProgram } from './program.ts';
import { run } from './run.ts';

/** Seeds that failed once, and what holds in them since. */
const FOUND = [
  { seed: 2008, says: 'an event that is accepted soon after the connector’s clock has jumped is not late by the jump' },
  {
    seed: 2592,
    says: 'what is written after another program has shortened a file of the journal is not lost',
  },
  {
    seed: 2740,
    says: 'beside a noisy server a quiet one is published that has as many lanes as a request has entries',
  },
  { seed: 4027, says: 'what a connector sent over a cut connection and arrives after its end is not late' },
  {
    seed: 4069,
    says: 'a call is unknown where its app changed hands before its connector had read the channels, without a table',
  },
  { seed: 4295, says: 'a process on the disk of an earlier one drops its events, and is killed before it has said so' },
  { seed: 4757, says: 'a server that makes up for an outage at a bus that takes little is not late' },
  { seed: 6019, says: 'one that makes up for a long outage there is not late either' },
  { seed: 3204, says: 'the same for a connector that has just taken over' },
  { seed: 8556, says: 'a StasisStart on its way over a cut connection is the one that another connector has rebuilt' },
  { seed: 11955, says: 'the same for one that a frozen connector reads' },
  { seed: 14730, says: 'the number of an event on its way is not raised by an event that is rebuilt after it' },
  { seed: 15303, says: 'the same on a slow network' },
  { seed: 10891, says: 'a process that drops events and is stopped leaves their number to the next one on its disk' },
  { seed: 13398, says: 'what a frozen process reads just before its machine loses power is lost with the cache' },
  { seed: 16113, says: 'the same after a longer freeze' },
  { seed: 19500, says: 'a state that is on the disk without the events behind it is due to the loss of power' },
  { seed: 20222, says: 'an app that two foreign programs take one after the other has a listener until both are gone' },
  { seed: 20950, says: 'a dead connector that is still listed keeps an app also when another one took it and is gone' },
  { seed: 26065, says: 'what a killed process wrote just before its machine loses power is lost with the cache' },
  { seed: 27370, says: 'the same after several processes on the disk' },
  {
    seed: 8868,
    says: 'of several connectors at a bus that takes little, each gets a place: one with a quiet server too',
  },
  { seed: 10284, says: 'the same while one of them makes up for an outage' },
  { seed: 23754, says: 'the same where each connector has one server' },
  {
    seed: 33363,
    says: 'a frozen connector that is still listed hands over nothing that another one had after it, and lost',
  },
  { seed: 34932, says: 'a hand-over of one app leaves the calls of others unknown that are announced late' },
  { seed: 38602, says: 'a process that ends after it has announced a gap late leaves no unknown time behind it' },
  { seed: 40893, says: 'events that a stopped connector has left are a backlog, too, at a bus that takes little' },
  { seed: 49944, says: 'drops that are announced are not those that another program has cut from the journal' },
  { seed: 48657, says: 'a holder that Asterisk lists as standing by, too, is taken for a foreign program' },
  {
    seed: 20518,
    says: 'channels of which a bus that takes little accepts nothing keep their places in the next request',
  },
];

const program = loadProgram();

test.each(FOUND)('seed $seed: $says', async ({ seed }) => {
  const { violations } = await run({ program: await program, seed });
  expect(violations).toEqual([]);
});
