import { expect, test } from 'vitest';
import { ariPattern } from '../../../lib/events/ari-pattern.ts';

test('a pattern holds the source and just the fields that were given', () => {
  expect(ariPattern({})).toEqual({ source: ['asterisk.ari'] });
  expect(ariPattern({ type: 'StasisStart', application: 'Intro-IVR', node: ['pbx-1', 'pbx-2'] })).toEqual({
    source: ['asterisk.ari'],
    'detail-type': ['StasisStart'],
    detail: { application: ['Intro-IVR'], metadata: { node: ['pbx-1', 'pbx-2'] } },
  });
});

test('a type that ARI does not have is refused by the compiler', () => {
  // @ts-expect-error: it is called StasisStart
  expect(ariPattern({ type: 'StasisBegin' })['detail-type']).toEqual(['StasisBegin']);
});
