import { describe, expect, test } from 'vitest';
import { dialplanFaults, extensionsConf } from '../../../lib/asterisk/extensions-conf.ts';

const APPS = ['Intro-IVR', 'Super-Conference'];

test('the documented dialplan is rendered, with a fallback', () => {
  const extensions = { ivr: { app: 'Intro-IVR' }, conference: { app: 'Super-Conference', args: ['100'] } };
  expect(dialplanFaults('at', APPS, { extensions })).toEqual([]);
  const lines = extensionsConf(APPS, { extensions }).split('\n');
  expect(lines.slice(0, 7)).toEqual([
    '[default]',
    'exten => ivr,1,NoOp()',
    ' same => n,Stasis(Intro-IVR)',
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
  for (const app of APPS) expect(text).toContain(`exten => ${app},1,NoOp()\n same => n,Stasis(${app})\n`);
});

test('patterns and several arguments are valid', () => {
  const extensions = {
    '_9XXX!': { app: 'Intro-IVR', args: ['sales', 'a b', '+49', 'ä'] },
    '*97': { app: 'Intro-IVR' },
  };
  expect(dialplanFaults('at', APPS, { extensions })).toEqual([]);
  expect(extensionsConf(APPS, { extensions })).toContain('Stasis(Intro-IVR,sales,a b,+49,ä)');
});

describe('is refused', () => {
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

  test.each([...HOSTILE, 'general', 'globals', 'ari-eventbridge-fallback'])('the context %j', (context) => {
    expect(dialplanFaults('at', APPS, { context })).toEqual([
      expect.stringContaining("at.context: expected a context's name"),
    ]);
  });

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
