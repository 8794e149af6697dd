import { describe, expect, test } from 'vitest';
import {
  type DialplanOptions,
  dialplanFaults,
  extensionsConf,
  rescuingContext,
} from '../../../lib/asterisk/extensions-conf.ts';
import type { Rescue } from '../../../lib/asterisk/rescue.ts';

const APPS = ['Intro-IVR', 'Super-Conference'];

test('the documented dialplan is rendered, with a fallback', () => {
  const extensions = { ivr: { app: 'Intro-IVR' }, conference: { app: 'Super-Conference', args: ['100'] } };
  expect(dialplanFaults('at', APPS, { extensions })).toEqual([]);
  const lines = extensionsConf(APPS, { extensions }).split('\n');
  expect(lines.slice(0, 9)).toEqual([
    '[default]',
    'exten => ivr,1,NoOp()',
    ' same => n,Gosub(ari-eventbridge-rescue,arm,1(6))',
    ' same => n,Stasis(Intro-IVR)',
    ' same => n,Gosub(ari-eventbridge-rescue,disarm,1)',
    ` same => n,GotoIf($["\${STASISSTATUS}" = "SUCCESS"]?done)`,
    expect.stringContaining('Log(WARNING,App Intro-IVR has no connector'),
    ' same => n,Goto(ari-eventbridge-fallback,s,1)',
    ' same => n(done),Hangup()',
  ]);
  expect(lines).toContain('exten => conference,1,NoOp()');
  expect(lines).toContain(' same => n,Stasis(Super-Conference,100)');
  expect(lines).toContain('[ari-eventbridge-fallback]');
});

test('each app has an extension of its name where none is given', () => {
  expect(dialplanFaults('at', APPS, {})).toEqual([]);
  const text = extensionsConf(APPS, { context: 'from-phones' });
  expect(text).toMatch(/^\[from-phones\]$/m);
  for (const app of APPS)
    expect(text).toMatch(new RegExp(`exten => ${app},1,NoOp\\(\\)\n.*\n same => n,Stasis\\(${app}\\)\n`));
});

test('patterns and several arguments are valid', () => {
  const extensions = {
    '_9XXX!': { app: 'Intro-IVR', args: ['sales', 'a b', '+49', 'ä'] },
    '*97': { app: 'Intro-IVR' },
  };
  expect(dialplanFaults('at', APPS, { extensions })).toEqual([]);
  expect(extensionsConf(APPS, { extensions })).toContain('Stasis(Intro-IVR,sales,a b,+49,ä)');
});

describe('a call that no handler claims', () => {
  const TIMED_OUT = 'exten => T,1,Goto(ari-eventbridge-rescue,T,1)';

  test('is rescued after 6 s, by one extension T of the context, and goes to the fallback', () => {
    const text = extensionsConf(APPS, { context: 'phones' });
    expect(text.slice(text.indexOf('[phones]'), text.indexOf('[ari-eventbridge-rescue]'))).toContain(TIMED_OUT);
    const ofPhones = text.slice(0, text.indexOf('\n[', text.indexOf('[phones]')));
    expect(ofPhones.split(`\n${TIMED_OUT}`)).toHaveLength(2);
    expect(text).toMatch(
      /exten => T,1,.*\n same => n,Set\(ARI_RESCUED=yes\)\n(.*\n)+ same => n,Goto\(ari-eventbridge-fallback,s,1\)/,
    );
  });

  test('is rescued after the seconds of `rescue`, for all apps or by app', () => {
    const armed = (rescue: Rescue): (string | undefined)[] =>
      APPS.map(
        (app) =>
          new RegExp(`arm,1\\((\\d+)\\)\\)\n same => n,Stasis\\(${app}\\)`).exec(extensionsConf(APPS, { rescue }))?.[1],
      );
    expect(armed(10)).toEqual(['10', '10']);
    expect(armed({ 'Super-Conference': 20 })).toEqual(['6', '20']);
    expect(armed({ 'Intro-IVR': false })).toEqual([undefined, '6']);
    expect(dialplanFaults('at', APPS, { rescue: { 'Intro-IVR': false, 'Super-Conference': 600 } })).toEqual([]);
  });

  test('is rescued in one context of a node, unless all its apps have `rescue` false', () => {
    const context = (asterisk?: DialplanOptions) => rescuingContext({ apps: APPS, ...(asterisk && { asterisk }) });
    expect([context(), context({}), context({ context: 'phones' })]).toEqual([undefined, 'default', 'phones']);
    expect(context({ rescue: { 'Intro-IVR': false } })).toBe('default');
    expect(context({ rescue: { 'Intro-IVR': false, 'Super-Conference': false } })).toBeUndefined();
  });

  test('stays in its app where `rescue` is false', () => {
    expect(dialplanFaults('at', APPS, { rescue: false })).toEqual([]);
    const text = extensionsConf(APPS, { rescue: false });
    // The contexts of verbs have what a call needs that comes from an app with a rescue.
    const own = text.slice(0, text.indexOf('\n;'));
    for (const word of ['rescue', 'RESCUE', 'TIMEOUT', 'exten => T']) expect(own).not.toContain(word);
  });

  test.each([
    [
      0,
      'at.rescue: expected whole seconds from 1 to 600, or false, or these by app, such as { "Intro-IVR": 10 }, got 0',
    ],
    [true, 'got true'],
    ['6', 'got "6"'],
    [null, 'got null'],
    [[6], 'got [6]'],
    [{ 'Intro-IVR': 0.5 }, 'at.rescue["Intro-IVR"]: expected whole seconds from 1 to 600, or false, got 0.5'],
    [{ Intro: 6 }, 'at.rescue: expected apps of the node (Intro-IVR, Super-Conference), got "Intro"'],
  ])('with `rescue` %j is refused', (rescue, says) => {
    const given = { rescue } as unknown as Parameters<typeof dialplanFaults>[2];
    expect(dialplanFaults('at', APPS, given)).toEqual([expect.stringContaining(says)]);
  });
});

describe('is refused', () => {
  test('the extension T, which is for calls that are rescued', () => {
    const extensions = { T: { app: 'Intro-IVR' } };
    expect(dialplanFaults('at', APPS, { extensions })).toEqual([expect.stringContaining('another extension than "T"')]);
  });

  test.each(['goto:default,T,1', 'goto:ari-eventbridge-rescue,T,1'] as const)('the fallback %s', (fallback) => {
    expect(dialplanFaults('at', APPS, { fallback })).toEqual([expect.stringContaining('would send the call back')]);
  });

  const HOSTILE = ['a;b', 'a,b', 'a]', 'a)', 'a\nexten => x,1,System(x)', `$\{EXTEN}`, 'a"b', String.raw`a\b`, ''];

  test.each(HOSTILE)('the argument %j', (arg) => {
    const extensions = { ivr: { app: 'Intro-IVR', args: [arg] } };
    const faults = dialplanFaults('at', APPS, { extensions });
    expect(faults).toEqual([expect.stringContaining('at.extensions["ivr"].args: expected a list of strings')]);
    expect(faults[0]).toContain(JSON.stringify([arg]));
  });

  test.each(HOSTILE)('the extension %j', (name) => {
    const faults = dialplanFaults('at', APPS, { extensions: { [name]: { app: 'Intro-IVR' } } });
    expect(faults).toEqual([expect.stringContaining('at.extensions: expected an extension of letters')]);
  });

  test.each([...HOSTILE, 'general', 'globals', 'ari-eventbridge-fallback', 'ari-eventbridge-rescue'])(
    'the context %j',
    (context) => {
      expect(dialplanFaults('at', APPS, { context })).toEqual([
        expect.stringContaining("at.context: expected a context's name"),
      ]);
    },
  );

  test.each(HOSTILE)('the app %j', (app) => {
    const [fault] = dialplanFaults('at', APPS, { extensions: { ivr: { app } } });
    expect(fault).toContain("expected `app` to be one of the node's (Intro-IVR, Super-Conference)");
  });

  test('an app without an extension whose name is not a valid extension', () => {
    expect(dialplanFaults('at', ['Büro'], {})).toEqual([expect.stringContaining('got "Büro"')]);
    expect(dialplanFaults('at', ['Büro'], { extensions: { '100': { app: 'Büro' } } })).toEqual([]);
  });

  test.each([[{}], [[]], ['ivr'], [null]])('%j as extensions', (extensions) => {
    const given = { extensions } as unknown as Parameters<typeof dialplanFaults>[2];
    expect(dialplanFaults('at', APPS, given)).toEqual([
      expect.stringContaining('at.extensions: expected at least one'),
    ]);
  });

  test.each([['Intro-IVR'], [null], [{ args: [] }]])('%j as an extension', (extension) => {
    const given = { extensions: { ivr: extension } } as unknown as Parameters<typeof dialplanFaults>[2];
    expect(dialplanFaults('at', APPS, given)).toEqual([
      expect.stringContaining('at.extensions["ivr"]: expected { "app"'),
    ]);
  });

  test('a fallback that is one of the extensions', () => {
    const extensions = { ivr: { app: 'Intro-IVR' } };
    const options = { extensions, context: 'phones', fallback: 'goto:phones,ivr,1' } as const;
    expect(dialplanFaults('at', APPS, options)).toEqual([expect.stringContaining('at.fallback: "goto:')]);
  });
});
