import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AsteriskNode,
  asteriskFaults,
  asteriskWarnings,
  FILES,
  PARTS,
  partOf,
  renderFile,
  renderPart,
} from '../../../lib/asterisk/asterisk-node.ts';

const PASSWORDS = {
  connector: { username: 'connector', password: 'one' },
  handlers: { username: 'handlers', password: 'other' },
};
const NODE: AsteriskNode = { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] };
const configured = (asterisk: unknown): AsteriskNode => ({ ...NODE, asterisk: asterisk as object });

test('a node without `asterisk` is valid', () => {
  expect(asteriskFaults([NODE])).toEqual([]);
  expect(asteriskWarnings(NODE)).toEqual([]);
});

test('each file begins with what it is, how to include it, and how to load it', () => {
  for (const [file, reload, where] of [
    ['http.conf', 'module reload http', 'with your own http.conf, write the files with --layout merge instead'],
    ['ari.conf', 'module reload res_ari.so', 'with your own ari.conf, write the files with --layout merge instead'],
    ['extensions.conf', 'dialplan reload', 'or `#include` it from extensions.conf'],
  ] as const) {
    const text = renderFile(file, NODE, PASSWORDS);
    expect(text).toMatch(new RegExp(`^; ${file} of pbx-1`));
    expect(text).toContain(`${where}.\n`);
    expect(text).toContain(`asterisk -rx '${reload}'`);
  }
});

test.each([
  ['merge', 'ari.conf', 'ari.conf', 'extensions.conf'],
  ['freepbx', 'ari_additional_custom.conf', 'ari_general_custom.conf', 'extensions_custom.conf'],
] as const)(
  'for the layout %s, parts without a [general] of their own name the files that include them',
  (layout, ...into) => {
    expect(PARTS.map((name) => partOf(name, layout).into)).toEqual(into);
    const texts = PARTS.map((name) => renderPart(name, layout, NODE, PASSWORDS));
    for (const [index, text] of texts.entries()) {
      expect(text).toMatch(/^; ari-eventbridge-\w+\.conf of pbx-1, written by/);
      expect(text).toContain(`\`#include\` it at the end of ${into[index]}.\n`);
      expect(text).not.toMatch(/^\[general\]$/m);
    }
    expect(texts[0]).toMatch(/^\[connector\]$/m);
    expect(texts[1]).toContain('[general](+)\n');
    expect(() => renderPart('users', layout, NODE)).toThrow('expected the users’ passwords');
  },
);

test('faults of nodes come first, those of their options all in one list', () => {
  expect(asteriskFaults([{ ...NODE, name: 'a b' }])).toEqual([expect.stringContaining('expected `name`')]);
  const faults = asteriskFaults([
    configured({
      http: { bindadr: '0.0.0.0' },
      ari: { pretty: 'yes' },
      users: { handlers: { read_only: 'no' }, admin: {} },
      context: 'a b',
      fallback: 'none',
      prefix: '',
    }),
  ]);
  expect(faults).toHaveLength(7);
  for (const fault of faults) expect(fault).toMatch(/^node "pbx-1": asterisk/);
});

test('options that contradict the url are faults, unless something is between', () => {
  const http = { prefix: 'pbx', tlsbindaddr: '127.0.0.1:8443' };
  const faults = asteriskFaults([configured({ http })]);
  expect(faults).toHaveLength(3);
  for (const fault of faults) expect(fault).toMatch(/^node "pbx-1": asterisk\.http\.\w+: expected .* as `url`/);
  expect(asteriskFaults([configured({ http, proxy: true })])).toEqual([]);
  expect(asteriskFaults([configured({ proxy: 'nginx' })])).toEqual([
    'node "pbx-1": asterisk.proxy: expected true or false, got "nginx"',
  ]);
});

test.each([[null], [7], [[]]])('%j as options is refused', (asterisk) => {
  expect(asteriskFaults([configured(asterisk)])).toEqual([expect.stringContaining('expected an object of options')]);
  expect(asteriskFaults([configured({ users: asterisk ?? 'x' })])).toHaveLength(1);
});

test.each([
  [{ http: { enabled: false } }, 'http.enabled is false'],
  [{ ari: { enabled: false } }, 'ari.enabled is false'],
  [{ http: { tlsenable: false, bindaddr: '0.0.0.0' }, proxy: true }, 'plain HTTP on 0.0.0.0 and no TLS'],
  [{ users: { handlers: { read_only: true } } }, 'Asterisk refuses every command of the call handlers'],
  [{ users: { connector: { password_format: 'plain' } } }, 'users.connector.password_format is plain'],
])('%j is allowed with a warning', (asterisk, warning) => {
  expect(asteriskFaults([configured(asterisk)])).toEqual([]);
  expect(asteriskWarnings(configured(asterisk))).toEqual([expect.stringContaining(warning)]);
});

test('ari.conf without passwords, or with users that it cannot hold, is refused', () => {
  expect(() => renderFile('ari.conf', NODE)).toThrow('expected the users’ passwords');
  const users = { ...PASSWORDS, connector: { username: 'a]', password: 'x' } };
  expect(() => renderFile('ari.conf', NODE, users)).toThrow('got "a]"');
});

describe('no given value can add a line to a file', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.stringMatching(/^[\][;,\n\r${}()"'\\ a-c=>#:@.*-]{0,12}$/),
    fc.constantFrom(`\${SHELL(id)}`, 'x\n[general]', 'x\r\nexten => h,1,System(id)', '#exec id', 'x;--', 'x\u2028y'),
  );
  const PLAIN = 'benign';
  /** A file's shape: of each line its beginning, up to a value. */
  const shapeOf = (text: string) =>
    text.split('\n').map((line) => (line.startsWith('[') ? '[]' : /^(;|\s*\w[\w() ]* =>?|$)/.exec(line)?.[1]));

  // Hashing is not what this is about, and slow.
  const users = { connector: { password_format: 'plain' }, handlers: { password_format: 'plain' } };
  const plain = (asterisk: object) => configured({ users, ...asterisk });
  const places: [string, (value: string) => [AsteriskNode, typeof PASSWORDS]][] = [
    ['prefix', (prefix) => [plain({ http: { prefix }, proxy: true }), PASSWORDS]],
    ['certificate', (name) => [plain({ http: { tlscertfile: `/${name}` } }), PASSWORDS]],
    ['origin', (origin) => [plain({ ari: { allowed_origins: [`https://${origin}`] } }), PASSWORDS]],
    ['variable', (name) => [plain({ ari: { channelvars: [name] } }), PASSWORDS]],
    ['context', (context) => [plain({ context }), PASSWORDS]],
    ['extension', (name) => [plain({ extensions: { [name]: { app: 'Intro-IVR' } } }), PASSWORDS]],
    ['argument', (arg) => [plain({ extensions: { ivr: { app: 'Intro-IVR', args: [arg] } } }), PASSWORDS]],
    ['app', (app) => [{ ...plain({ extensions: { ivr: { app } } }), apps: [app] }, PASSWORDS]],
    ['fallback', (box) => [plain({ fallback: `voicemail:${box}` }), PASSWORDS]],
    ['user', (username) => [plain({}), { ...PASSWORDS, handlers: { username, password: 'x' } }]],
    ['password', (password) => [plain({}), { ...PASSWORDS, handlers: { username: 'handlers', password } }]],
  ];

  test.each(places)('by a %s', (_, place) => {
    const rendered = (value: string): string[] | undefined => {
      const [node, passwords] = place(value);
      if (asteriskFaults([node]).length > 0) return undefined;
      try {
        return FILES.map((file) => renderFile(file, node, passwords));
      } catch {
        return undefined;
      }
    };
    const expected = rendered(PLAIN)?.map(shapeOf);
    expect(expected).toBeDefined();
    let accepted = 0;
    fc.assert(
      fc.property(
        hostile.filter((value) => value !== ''),
        (value) => {
          const files = rendered(value);
          if (!files) return;
          accepted += 1;
          expect(files.map(shapeOf)).toEqual(expected);
          for (const text of files) expect(text).not.toMatch(/[^\n\P{Cc}]|[\u2028\u2029]/u);
        },
      ),
      { numRuns: 300 },
    );
    expect(accepted).toBeLessThan(300);
  });
});

test('the documentation names each option', () => {
  const docs = readFileSync(new URL('../../../docs/asterisk-config.md', import.meta.url), 'utf8');
  const options =
    'enabled bindaddr bindport prefix tlsenable tlsbindaddr tlscertfile tlsprivatekey sessionlimit pretty allowed_origins channelvars type read_only password_format context extensions fallback';
  for (const option of options.split(' ')) expect(docs).toContain(`\`${option}\``);
  const examples = [...docs.matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, json]) => JSON.parse(json as string) as unknown,
  );
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(asteriskFaults([example])).toEqual([]);
});
