import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { channel, channelvars, passwordFormat, writeTimeout } from '../../../../lib/asterisk/doctor/options.ts';
import { outcomes, visitOf, visitPeer } from './visit.ts';

test('without permission no channel is created, and options that only a channel shows are skipped', async () => {
  const { examination, peer } = await visitPeer({});
  for (const check of [channel, writeTimeout, passwordFormat]) {
    expect(await outcomes(check, examination)).toMatchObject([{ verdict: 'skipped' }]);
  }
  expect(peer.asked).toEqual([]);
});

const ID = { 'CHANNEL(linkedid)': '1' };
const LINE = 'channelvars = CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE';

test.each([
  ['no channel', [], false, 'skipped'],
  ['a channel with it', [{ channelvars: ID }], false, 'ok'],
  ['a channel with others', [{ channelvars: { 'CHANNEL(name)': '1' } }], false, 'warning'],
  ['a channel without any', [{}], false, 'warning'],
  ['a channel with what verbs need', [{ channelvars: { ...ID, ARI_OUTCOME: '', ARI_STATE: '' } }], true, 'ok'],
])('channelvars, by %s', async (_, channels, verbs, verdict) => {
  const { examination } = await visitPeer({ '/channels': channels }, { verbs });
  const found = await outcomes(channelvars, examination);
  expect(found).toMatchObject([{ verdict, ...(verdict !== 'ok' && { line: LINE }) }]);
});

test.each(['ARI_OUTCOME', 'ARI_STATE'])('channelvars without %s are a warning where verbs need it', async (name) => {
  const { [name]: _, ...rest } = { ...ID, ARI_OUTCOME: '', ARI_STATE: '' } as Record<string, string>;
  const { examination } = await visitPeer({ '/channels': [{ channelvars: rest }] }, { verbs: true });
  const says = expect.stringContaining(`lack ${name},`);
  expect(await outcomes(channelvars, examination)).toMatchObject([{ verdict: 'warning', says, line: LINE }]);
});

test.each([
  [{ value: '99' }, 'warning'],
  [{ value: '100' }, 'ok'],
  [404, 'skipped'],
])('websocket_write_timeout that is answered with %j: %s', async (answer, verdict) => {
  const { examination } = await visitPeer({ '/channels/c/variable': answer });
  examination.channelId = 'c';
  expect(await outcomes(writeTimeout, examination)).toMatchObject([{ verdict }]);
});

test.each([
  [{ value: 'user' }, 'ok'],
  [500, 'skipped'],
])('an option that cannot be read is unset only where another one of the file can: %j, %s', async (type, verdict) => {
  const server = createServer((request, response) => {
    const answer = request.url?.includes(encodeURIComponent(',connector,type')) ? type : 500;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const examination = visitOf({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari` });
  examination.channelId = 'c';
  expect(await outcomes(writeTimeout, examination)).toMatchObject([{ verdict }]);
});

test('an option is not treated as unset where Asterisk cannot read any option', async () => {
  const { examination } = await visitPeer({ '/channels/c/variable': 500 });
  examination.channelId = 'c';
  examination.modules = new Set(['app_stasis.so']);
  expect(await outcomes(writeTimeout, examination)).toMatchObject([{ verdict: 'skipped' }]);
});
