import { afterEach, beforeEach, expect, test } from 'vitest';
import { AriPeer } from '../support/ari-peer.ts';
import { until } from '../support/until.ts';
import { FaultStage, say } from './fault-stage.ts';

let stage: FaultStage;
let peer: AriPeer;

beforeEach(async () => {
  stage = await FaultStage.open();
  peer = await AriPeer.start();
});
afterEach(async () => {
  await stage.close();
  peer.close();
});

const MIB = 1024 * 1024;
const text = (value: string): Buffer => Buffer.from(value);
const nested = (depth: number): Buffer => text(`{"type":"Nested","a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`);

/** Frames that Asterisk does not send, or only by a fault. Each must be forwarded, or rejected with this reason. */
const FRAMES: [string, Buffer, 'forwarded' | RegExp][] = [
  ['not JSON', text('no json'), /expected JSON/],
  ['incomplete JSON', text('{"type":"Half"'), /expected JSON/],
  ['empty', text(''), /expected JSON/],
  ['an array', text('[1]'), /expected a JSON object, got an array/],
  ['null', text('null'), /expected a JSON object/],
  ['a number', text('42'), /expected a JSON object/],
  ['without a type', text('{"a":1}'), /expected a "type"/],
  ['a type that is a number', text('{"type":5}'), /expected a "type"/],
  ['an empty type', text('{"type":""}'), /expected a "type"/],
  ['a type of 129 characters', text(`{"type":"${'x'.repeat(129)}"}`), /expected a "type"/],
  ['an unknown type', text('{"type":"BrandNew","x":{"y":[1,2]}}'), 'forwarded'],
  [
    'invalid UTF-8',
    Buffer.concat([text('{"type":"Broken","name":"'), Buffer.from([0xff, 0xc3]), text('"}')]),
    'forwarded',
  ],
  ['a lone surrogate', text('{"type":"Surrogate","name":"\\ud800"}'), 'forwarded'],
  ['2 MiB long', text(`{"type":"Long","x":"${'y'.repeat(2 * MIB)}"}`), /at most 1048576 bytes/],
  ['nested 2,000 deep', nested(2000), 'forwarded'],
  ['nested 100,000 deep', nested(100_000), /expected JSON|forwarded/],
  ['__proto__', text('{"type":"Proto","__proto__":{"type":"Evil","polluted":1}}'), 'forwarded'],
  [
    'constructor',
    text('{"type":"Constructor","constructor":{"prototype":{"polluted":1}},"channel":{"id":"__proto__"}}'),
    'forwarded',
  ],
  ['metadata of its own', text('{"type":"Metadata","metadata":{"id":"forged","node":"forged"}}'), 'forwarded'],
  ['keys that come twice', text('{"type":"First","type":"Twice"}'), 'forwarded'],
  ['a channel that is a string', text('{"type":"Odd","channel":"1","playback":7,"bridge":[]}'), 'forwarded'],
  ['spaces around', text('  {"type":"Spaces"}  \n'), 'forwarded'],
];

test('every malformed or unusual frame is forwarded, or rejected with a reason, and the connection stays open', async () => {
  const connector = stage.connect(peer.url);
  const socket = await until('the connection', () => peer.sockets[0]);
  for (const [, frame] of FRAMES) socket.send(frame, { binary: false });
  socket.send('{"type":"TheEnd","channel":{"id":"end"},"userevent":{"n":0}}');
  await until('the last event', async () => (await stage.report()).numbered.end === 1);
  await until('all to be published', async () => (await connector.ready()).waiting === 0);

  const { delivered, news } = await stage.report();
  const rejections = news.filter(({ type }) => type === 'EventRejected').map(({ detail }) => detail);
  const sequenceOf = ({ id }: Record<string, unknown>): number => Number(String(id).split('-').at(-1));
  for (const [index, [name, , expected]] of FRAMES.entries()) {
    const rejection = rejections.find((detail) => sequenceOf(detail) === index + 1);
    if (expected === 'forwarded') expect(rejection, name).toBeUndefined();
    else if (rejection || !expected.test('forwarded')) expect(rejection?.reason, name).toMatch(expected);
  }
  say('malformed and unusual frames', {
    frames: FRAMES.length + 1,
    forwarded: delivered,
    'rejected and announced': rejections.length,
    'lines in the log': connector.errors.length,
    connections: peer.sockets.length,
  });
  expect(delivered + rejections.length).toBe(FRAMES.length + 1);
  expect(connector.errors.filter((line) => line.startsWith('An event was rejected'))).toHaveLength(rejections.length);
  expect([peer.sockets.length, socket.readyState], 'one connection, which is open').toEqual([1, socket.OPEN]);
  expect(await connector.figure('events_rejected_total')).toBe(rejections.length);
}, 60_000);
