import { expect, test } from 'vitest';
import { laneOf, lanesOf } from '../../../../../lib/local/console/page/lanes.ts';
import type { Step } from '../../../../../lib/local/trace/step.ts';

test('each function has a lane of its own, between the bus and ARI', () => {
  const titles = lanesOf(['IntroIvr', 'SuperConference']).map(({ title }) => title);
  expect(titles).toEqual(['Asterisk', 'Connector', 'Bus', 'IntroIvr', 'SuperConference', 'ARI']);
});

test.each([
  [{ kind: 'event' }, 'asterisk', 'bus'],
  [{ kind: 'invocation', fn: 'IntroIvr' }, 'bus', 'function IntroIvr'],
  [{ kind: 'command', fn: 'IntroIvr' }, 'function IntroIvr', 'ari'],
  [{ kind: 'log', origin: 'IntroIvr' }, 'function IntroIvr', 'function IntroIvr'],
  [{ kind: 'log', origin: 'connector' }, 'connector', 'connector'],
  [{ kind: 'log', origin: 'local' }, 'bus', 'bus'],
  [{ kind: 'deadLetter' }, 'bus', 'bus'],
  [{ kind: 'caller' }, 'asterisk', 'asterisk'],
])('%j goes from %s to %s', (step, from, to) => {
  const laned = laneOf(step as Step);
  expect(laned).toEqual({ from, to });
  expect(lanesOf(['IntroIvr']).map(({ id }) => id)).toEqual(expect.arrayContaining([from, to]));
});
