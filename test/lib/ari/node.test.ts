import { describe, expect, test } from 'vitest';
import { nodeFaults } from '../../../lib/ari/node.ts';
import { nodeSettingsFaults } from '../../../lib/ari/node-settings.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:theirs-a1b2c3';
const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] };

describe('a list of nodes is accepted', () => {
  test.each([
    ['https to any host', {}],
    ['http to loopback by number', { url: 'http://127.0.0.1:8088/ari' }],
    ['http to loopback by name', { url: 'http://localhost:8088/ari' }],
    ['http to loopback of IPv6', { url: 'http://[::1]:8088/ari' }],
    ['a prefix of http.conf', { url: 'https://pbx.example.com/asterisk/ari' }],
    ['a private authority', { caFile: 'keys/ca.pem' }],
    ['apps that another program may take', { foreign: 'leave' }],
    ['apps that are taken back', { foreign: 'take-back' }],
    ['plain http where it is allowed', { url: 'http://pbx.example.com:8088/ari', allowPlainHttp: true }],
  ])('with %s', (_, change) => {
    expect(nodeFaults([{ ...NODE, ...change }])).toEqual([]);
  });
});

describe('a list of nodes is refused', () => {
  test.each([
    [undefined, 'expected a list of at least one node ({ name, url, apps }), got nothing'],
    [[], 'expected a list of at least one node ({ name, url, apps }), got []'],
    [[null], 'node 1: expected `name`'],
    [
      [{ ...NODE, name: 'pbx 1' }],
      'node "pbx 1": expected `name` of 1 to 64 letters, digits, ".", "_" or "-", got "pbx 1"',
    ],
    [
      [{ ...NODE, url: 'pbx-1' }],
      'expected `url` to be the ARI root, such as "https://pbx.example.com:8089/ari", got "pbx-1"',
    ],
    [[{ ...NODE, url: 'ftp://x/ari' }], 'got the scheme "ftp:"'],
    [[{ ...NODE, url: 'https://x:8089' }], 'it ends with "/ari"'],
    [
      [{ ...NODE, url: 'http://pbx.example.com:8088/ari' }],
      'plain http:// to pbx.example.com would send passwords unencrypted',
    ],
    [[{ ...NODE, apps: [] }], 'expected `apps` to list at least one Stasis application, got []'],
    [[{ ...NODE, apps: ['a,b'] }], 'expected a Stasis application\'s name without spaces, commas or quotes, got "a,b"'],
    [
      [{ ...NODE, appSettings: { Other: {} } }],
      `expected \`appSettings\` of the node's apps (${NODE.apps.join(', ')}), got those of "Other"`,
    ],
    [[{ ...NODE, foreign: 'keep' }], 'expected `foreign` to be "take-back" or "leave", got "keep"'],
    [[{ ...NODE, caFile: '' }], 'expected `caFile` to name a PEM file with the authority'],
    [[NODE, NODE], 'two nodes are named "pbx-1"'],
    [[NODE, { ...NODE, name: 'pbx-2', userGroup: 'pbx-1' }], '`userGroup` "pbx-1" is also the name of a node'],
    [[{ ...NODE, userGroup: 'a b' }], 'node "pbx-1": expected `userGroup` of 1 to 64 letters'],
    [[{ ...NODE, secrets: { handlers: 'mine' } }], 'expected `secrets` to be { connector?, handlers? }'],
    [[{ ...NODE, secrets: { handler: ARN } }], 'expected `secrets` to be { connector?, handlers? }'],
  ])('as in %j', (nodes, sentence) => {
    expect([...nodeFaults(nodes), ...nodeSettingsFaults(nodes)].join('\n')).toContain(sentence);
  });

  test('without repeating a password in the URL', () => {
    const [fault = ''] = nodeFaults([{ ...NODE, url: 'https://user:hidden@pbx/ari' }]);
    expect(fault).toContain('without user, password, query or fragment');
    expect(fault).not.toContain('hidden');
    expect(nodeFaults([{ ...NODE, url: 'https://pbx/ari?api_key=u:hidden' }]).join()).not.toContain('hidden');
  });

  test('with every fault at once', () => {
    expect(nodeFaults([{ name: '', url: 1, apps: 'a' }])).toHaveLength(3);
  });
});
