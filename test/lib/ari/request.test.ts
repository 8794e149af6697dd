import { describe, expect, test } from 'vitest';
import { operations } from '../../../lib/ari/generated/operations.ts';
import { placeParameters } from '../../../lib/ari/request.ts';

const { channels, bridges } = operations;
const ODD = 'a,b"c\\d(e)[f] $X é\n👋';

function place(operation: string, params: Record<string, unknown>) {
  const [resource = '', name = ''] = operation.split('.');
  const table = operations as unknown as Record<string, Record<string, string>>;
  return placeParameters(operation, table[resource]?.[name] ?? '', params);
}

describe('a parameter', () => {
  test('of a POST, PUT or DELETE travels in the body, as it is', () => {
    expect(place('channels.play', { channelId: 'c', media: [`sound:${ODD}`], lang: 'en' })).toMatchObject({
      path: '/channels/c/play',
      body: { media: [`sound:${ODD}`], lang: 'en' },
    });
    expect(place('channels.hangup', { channelId: 'c', reason: 'busy' }).body).toEqual({ reason: 'busy' });
    expect(place('deviceStates.update', { deviceName: 'd', deviceState: 'BUSY' }).body).toEqual({
      deviceState: 'BUSY',
    });
  });

  test('of a GET travels in the query, lists escaped as Asterisk splits them', () => {
    const { query, body } = place('channels.getChannelVars', { channelId: 'c', variables: ['A,"\\', 'CALLERID(num)'] });
    expect(query.get('variables')).toBe('A\\,\\"\\\\,CALLERID\\(num\\)');
    expect(body).toBeUndefined();
    expect(place('channels.getChannelVar', { channelId: 'c', variable: 'A,"\\(' }).query.get('variable')).toBe(
      'A,"\\(',
    );
  });

  test('beside a whole body travels in the query: bridges.create takes every key of its body for a variable', () => {
    const { query, body } = place('bridges.create', { type: 'mixing,dtmf_events', name: ODD, variables: { X: '1' } });
    expect(Object.fromEntries(query)).toEqual({ type: 'mixing,dtmf_events', name: ODD });
    expect(body).toEqual({ X: '1' });
    expect(place('bridges.createWithId', { bridgeId: 'b', type: 'holding', variables: { X: '1' } })).toMatchObject({
      path: '/bridges/b',
      body: { type: 'holding', variables: { X: '1' } },
    });
  });

  test('has the JSON type that Asterisk reads: it takes "30" for no timeout, and 5 for no value', () => {
    const given = { endpoint: 'Local/a', app: 'x', timeout: '30', priority: 1 };
    expect(place('channels.originate', given).body).toEqual({
      endpoint: 'Local/a',
      app: 'x',
      timeout: 30,
      priority: 1,
    });
    expect(place('channels.setChannelVar', { channelId: 'c', variable: 'X', value: 5 }).body).toEqual({
      variable: 'X',
      value: '5',
    });
    expect(place('channels.record', { channelId: 'c', beep: 'true' }).body).toEqual({ beep: true });
  });

  test.each([
    ['timeout', 'soon', 'expected `timeout` to be a whole number, got "soon"'],
    ['timeout', 1.5, 'expected `timeout` to be a whole number, got 1.5'],
    ['timeout', '', 'expected `timeout` to be a whole number, got ""'],
    ['beep', 'yes', 'expected `beep` to be true or false, got "yes"'],
  ])('%s of the wrong type is refused: %j', (name, value, message) => {
    expect(() => place('channels.originate', { endpoint: 'Local/a', [name]: value })).toThrow(message);
  });

  test('is left out where it is undefined, and a command without any has no body', () => {
    expect(place('channels.continueInDialplan', { channelId: 'c', context: undefined })).toMatchObject({
      body: undefined,
      path: '/channels/c/continue',
    });
    expect(place('applications.filter', { applicationName: 'a', filter: {} }).body).toEqual({});
  });
});

describe('what cannot arrive is refused before it is sent', () => {
  const overhead = JSON.stringify({ variable: 'X', value: '' }).length;
  const set = (value: string) => place('channels.setChannelVar', { channelId: 'c', variable: 'X', value });

  test('more than 40,960 bytes of parameters', () => {
    expect(() => set('x'.repeat(40_960 - overhead))).not.toThrow();
    expect(() => set('x'.repeat(40_961 - overhead))).toThrow(
      'channels.setChannelVar (/channels/c/variable): 413 expected parameters of at most 40960 bytes as JSON, got 40961',
    );
    expect(() => set('日'.repeat(13_000))).not.toThrow();
    expect(() => set('日'.repeat(20_000))).toThrow('got 600');
  });

  test.each(['a\0b', 'a\ud800b', 'a\udfffb', '\\\0'])('NUL and half characters: %j', (value) => {
    expect(() => set(value)).toThrow('400 expected text of whole characters without NUL');
    expect(() => place('channels.getChannelVar', { channelId: 'c', variable: value })).toThrow('without NUL');
    expect(() => place('channels.answer', { channelId: value })).toThrow('without NUL');
  });

  test('and nothing that only looks like them', () => {
    for (const value of ['\\u0000', '\\\\ud800', '\u{1F44B}', '\\']) expect(set(value).body).toMatchObject({ value });
  });

  test('with an error that says so, and repeats nothing of what it held', () => {
    const refused = () => set('secret'.repeat(10_000));
    expect(refused).toThrow(expect.objectContaining({ name: 'AriError', kind: 'rejected', status: 413 }));
    expect(refused).not.toThrow('secret');
  });
});

test('only GET and bridges.create use the query', () => {
  for (const [name, template] of Object.entries({ ...channels, ...bridges })) {
    const { method, query } = placeParameters(name, template, {
      ...{ channelId: 'c', bridgeId: 'b', playbackId: 'p', snoopId: 's', other: 'x' },
    });
    expect([name, query.size > 0]).toEqual([
      name,
      method === 'GET' || (name === 'create' && template.includes('bridges')),
    ]);
  }
});
