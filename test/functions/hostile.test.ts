import { describe, expect, test } from 'vitest';
import { handler as introIvr } from '../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../functions/super-conference/index.ts';
import { handler as voicemail } from '../../functions/voicemail/index.ts';
import { testCalls } from '../../lib/testing/index.ts';

/** What a caller can put into the From header of a SIP request. */
const HOSTILE: [string, { name: string; number: string }][] = [
  ['a line of its own in the log', { name: 'x"}\n{"level":"info","message":"paid"}', number: '1\r\n2' }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's own notation
  ['dialplan that would be evaluated', { name: '${SHELL(reboot)}', number: '$[1+1]' }],
  ['a path', { name: '../../asterisk/modules', number: '../%2e%2e/..' }],
  ['a recording elsewhere', { name: 'x', number: '_voicemail_../../etc/passwd' }],
  ['markup', { name: '<script>alert(1)</script>', number: '<img src=x>' }],
  ['names of the prototype', { name: '__proto__', number: 'constructor' }],
  ['half a character, and none', { name: '\ud800\u0000', number: '' }],
  ['very much', { name: 'x'.repeat(20_000), number: '9'.repeat(20_000) }],
];

describe.each(HOSTILE)('a caller whose name and number contain %s', (_, caller) => {
  async function place(apps: Parameters<typeof testCalls>[0], app: string, lines: string[] = []) {
    const pbx = await testCalls(apps, { onLog: (line) => lines.push(line) });
    return { pbx, call: await pbx.dial(app, caller), lines };
  }

  test('gets the menu like any other caller', async () => {
    const { pbx, call, lines } = await place({ 'Intro-IVR': introIvr }, 'Intro-IVR');
    expect(call.heard).toHaveLength(1);
    await call.press('1');
    await pbx.wait(60);
    expect([call.isOver, pbx.deadLetters]).toEqual([true, []]);
    for (const line of lines) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(JSON.parse(line)).toHaveProperty('level');
    }
    await pbx.close();
  });

  test('is in the conference room of the dialplan', async () => {
    const { pbx, call } = await place({ 'Super-Conference': superConference }, 'conference');
    expect(call.bridge).toBe('100');
    await call.hangUp();
    expect([pbx.bridges, pbx.deadLetters]).toEqual([[], []]);
    await pbx.close();
  });

  test('leaves a message under a name of letters and digits, in its mailbox', async () => {
    const { pbx, call } = await place({ Voicemail: voicemail }, 'Voicemail');
    await call.playbackEnds();
    await call.press('#');
    await pbx.wait(10);
    const left = pbx.events.filter(({ type }) => type === 'ChannelUserevent') as unknown as {
      userevent: { recording: string; mailbox: string; number: string };
    }[];
    expect(left.map(({ userevent }) => userevent.mailbox)).toEqual(['general']);
    expect(left[0]?.userevent.number).toMatch(/^[A-Za-z0-9+]+$/);
    expect(left[0]?.userevent.recording.length).toBeLessThan(100);
    expect(left[0]?.userevent.recording).toMatch(/^voicemail_general_[A-Za-z0-9+]+_[\d.]+$/);
    expect(pbx.deadLetters).toEqual([]);
    await pbx.close();
  });
});
