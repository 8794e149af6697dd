import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { basicAuthorization, cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { dialWebSocketTransport } from '../../lib/ari/websocket-dial.ts';
import type { ReceivedEvent } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const APP = 'parameters';
const USER = { username: 'parameters', password: 'p' };
const DIALPLAN =
  '[default]\nexten => wait,1,Answer()\n same => n,Wait(60)\nexten => rings,1,Ringing()\n same => n,Wait(60)\n';
/** What Asterisk splits lists by, quotes with and evaluates, and what is not ASCII. */
const ODD = [
  'a,b',
  'say "hi"',
  'back\\slash\\',
  'f(x',
  'y)[z',
  '"',
  '\\,',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's own notation
  '${EXTEN}$[1+1]',
  'a&b=c+d%20e',
  'Jürgen 日本 👋',
  'two\nlines',
  ' ',
];

// It configures the server.
describe.skipIf(!OWN_ASTERISK).each(['HTTP', 'WebSocket'] as const)(
  'parameters over %s, on a real Asterisk,',
  (way) => {
    let asterisk: RealAsterisk;
    let ari: AriClient;
    const events: ReceivedEvent[] = [];
    const closing: { close(): void }[] = [];
    let made = 0;

    beforeAll(async () => {
      asterisk = await RealAsterisk.prepare();
      asterisk.configure([USER], DIALPLAN, {
        'pjsip.conf':
          '\n[phone]\ntype = aor\ncontact = sip:phone@127.0.0.1:9\n\n[phone]\ntype = endpoint\naors = phone\n',
      });
      await asterisk.start();
      const credentials = cachedCredentials(async () => USER);
      const onEvent = (event: unknown) => void events.push(event as ReceivedEvent);
      const socket = await dialWebSocketTransport({ url: asterisk.url, credentials, apps: [APP], onEvent });
      const http = httpTransport({ url: asterisk.url, credentials });
      closing.push(socket, http);
      ari = createAriClient(way === 'HTTP' ? http : socket);
    });
    afterEach(async () => {
      for (const { id } of await ari.channels.list()) await ari.channels.hangup({ channelId: id }).catch(() => {});
    });
    afterAll(async () => {
      for (const { close } of closing) close();
      await asterisk?.stop();
    });

    const event = (what: string, found: (event: ReceivedEvent) => boolean) => until(what, () => events.find(found));
    const idOf = (channel: unknown) => (channel as { id?: string } | undefined)?.id;

    async function channel(id = `c${++made}`, more: { appArgs?: string } = {}): Promise<string> {
      await ari.channels.originate({ channelId: id, endpoint: 'Local/wait@default', app: APP, ...more });
      await event(`StasisStart of ${id}`, (e) => e.type === 'StasisStart' && idOf(e.channel) === id);
      return id;
    }

    test.each(ODD)('%j is one medium, one id and one value', async (odd) => {
      const channelId = await channel(`${odd} ${++made}`);
      const bridgeId = `${odd} bridge ${made}`;
      await ari.bridges.createWithId({ bridgeId });
      await ari.bridges.addChannel({ bridgeId, channel: [channelId] });
      await ari.bridges.removeChannel({ bridgeId, channel: channelId });
      await ari.bridges.destroy({ bridgeId });

      const media = [`sound:${odd}`, `sound:http://127.0.0.1:1/?text=${odd}`] as const;
      // The first one is not there and may have failed before the answer: it was one medium where the second is next.
      const { media_uri } = await ari.channels.play({ channelId, media });
      expect(media).toContain(media_uri);
      await event(
        'the second medium',
        (e) => (e.playback as { media_uri?: string } | undefined)?.media_uri === media[1],
      );

      await ari.channels.setChannelVar({ channelId, variable: 'ODD', value: odd });
      expect(await ari.channels.getChannelVar({ channelId, variable: 'ODD' })).toEqual({ value: odd });
      expect(await ari.channels.getChannelVars({ channelId, variables: ['ODD', 'CHANNEL(state)'] })).toEqual({
        variables: { ODD: odd, 'CHANNEL(state)': 'Up' },
      });

      await ari.events.userEvent({
        eventName: 'Odd',
        application: APP,
        source: `channel:${channelId}`,
        variables: { odd },
      });
      const told = await event('the user event', (e) => e.type === 'ChannelUserevent' && idOf(e.channel) === channelId);
      expect(told.userevent).toEqual({ eventname: 'Odd', odd });

      await ari.channels.hangup({ channelId, reason: 'busy' });
      const ended = await event('its end', (e) => e.type === 'ChannelDestroyed' && idOf(e.channel) === channelId);
      expect(ended.cause).toBe(17);
    });

    test.each(ODD.filter((odd) => odd.trim() === odd))(
      'a variable named %j is read by GET, alone and in a list',
      async (odd) => {
        const channelId = await channel();
        // What a name in dollars and braces or with an end of function means is not text.
        if (/\$|\)$/.test(odd)) return;
        await ari.channels.setChannelVar({ channelId, variable: odd, value: 'v' });
        expect(await ari.channels.getChannelVar({ channelId, variable: odd })).toEqual({ value: 'v' });
        expect(await ari.channels.getChannelVars({ channelId, variables: [odd] })).toEqual({
          variables: { [odd]: 'v' },
        });
      },
    );

    test('a bridge gets its name, its type and its variables, and no others', async () => {
      for (const name of ODD) {
        const bridgeId = `b${++made}`;
        const bridge = await ari.bridges.create({ bridgeId, name, type: 'mixing,dtmf_events', variables: { X: name } });
        expect(bridge).toMatchObject({ id: bridgeId, name, bridge_type: 'mixing' });
        expect(await ari.bridges.getBridgeVar({ bridgeId, variable: 'X' })).toEqual({ value: name });
        await expect(ari.bridges.getBridgeVar({ bridgeId, variable: 'name' })).rejects.toMatchObject({ status: 404 });
        await ari.bridges.destroy({ bridgeId });
      }
    });

    test('texts of thousands of letters in any script arrive', async () => {
      const channelId = await channel(undefined, { appArgs: 'x'.repeat(6000) });
      const start = events.find((e) => e.type === 'StasisStart' && idOf(e.channel) === channelId);
      expect(start?.args).toEqual(['x'.repeat(6000)]);
      for (const value of ['日'.repeat(13_000), 'ä'.repeat(20_000), 'x'.repeat(40_900)]) {
        await ari.channels.setChannelVar({ channelId, variable: 'LONG', value });
        expect((await ari.channels.getChannelVar({ channelId, variable: 'LONG' })).value).toBe(value);
      }
      const message = { tech: 'PJSIP', resource: 'phone', from: 'sip:bot@127.0.0.1', body: 'ä'.repeat(1000) };
      expect(await ari.endpoints.sendMessageToEndpoint(message)).toBeUndefined();
    });

    test('JSON in arguments is one argument where its punctuation is escaped, and is taken apart where it is not', async () => {
      const json = JSON.stringify({ id: 7, note: 'say "hi", (please) [now] \\' });
      const argsOf = async (appArgs: string) => {
        const channelId = await channel(undefined, { appArgs });
        return events.find((e) => e.type === 'StasisStart' && idOf(e.channel) === channelId)?.args;
      };
      expect(await argsOf(json.replace(/[\\",()[\]]/g, '\\$&'))).toEqual([json]);
      expect(await argsOf('{"id":7,"q":"x"}')).toEqual(['{id:7', 'q:x}']);
    });

    test('numbers and booleans mean the same as text of them', async () => {
      for (const timeout of ['1', 1] as number[]) {
        const channelId = `rings ${++made}`;
        const begun = performance.now();
        await ari.channels.originate({ channelId, endpoint: 'Local/rings@default', app: APP, timeout });
        await event('nobody answers', (e) => e.type === 'ChannelDestroyed' && idOf(e.channel) === channelId);
        expect(Math.round((performance.now() - begun) / 1000)).toBe(1);
      }
    });

    test('what does not fit or is no text is refused before it is sent', async () => {
      const channelId = await channel();
      const set = (value: string) => ari.channels.setChannelVar({ channelId, variable: 'X', value });
      await expect(set('日'.repeat(20_000))).rejects.toMatchObject({ kind: 'rejected', status: 413 });
      await expect(set('a\0b')).rejects.toMatchObject({ kind: 'rejected', status: 400 });
      await expect(set('\ud800')).rejects.toThrow('whole characters');
      await expect(ari.channels.getChannelVar({ channelId, variable: 'X' })).rejects.toMatchObject({ status: 404 });
    });

    test('Asterisk itself refuses what the client refuses, and takes one byte less', async () => {
      const channelId = await channel();
      const send = async (bytes: number) => {
        const overhead = JSON.stringify({ variable: 'X', value: '' }).length;
        const response = await fetch(`${asterisk.url}/channels/${channelId}/variable`, {
          method: 'POST',
          headers: { authorization: basicAuthorization(USER), 'content-type': 'application/json' },
          body: JSON.stringify({ variable: 'X', value: 'x'.repeat(bytes - overhead) }),
        });
        return response.status;
      };
      expect([await send(40_960), await send(40_961)]).toEqual([204, 413]);
    });
  },
);
