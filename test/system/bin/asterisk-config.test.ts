import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha512Crypt, verifySha512Crypt } from '../../../lib/asterisk/sha512-crypt.ts';
import { awsStub } from '../../support/aws-stub.ts';
import { runCli } from '../../support/cli.ts';
import { runCommand } from '../../support/command.ts';
import { onTerminal } from '../../support/on-terminal.ts';
import { type Readable, readableAccount } from '../../support/readable-account.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'bin/ari-eventbridge.ts');
const FILES = ['http.conf', 'ari.conf', 'extensions.conf'];
const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] };

let folder: string;
let passwords: string;
let said: string;
let noted: string;
beforeEach(() => {
  folder = folderOfTest();
  passwords = join(folder, 'passwords.json');
  said = '';
  noted = '';
});

/** Runs the command in the project, or with nodes of its own. */
async function run(args: string[], nodes?: object[]): Promise<void> {
  if (nodes) writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: '', context: { nodes } }));
  const result = await runCommand(['asterisk-config', ...args], nodes ? folder : ROOT);
  said += result.said;
  noted += result.noted;
  if (result.exitCode !== 0) throw new Error(result.noted);
}
const contentOf = (file: string) => readFileSync(join(folder, 'asterisk.d', file), 'utf8');
const into = (...more: string[]) => ['--output', join(folder, 'asterisk.d'), '--passwords', passwords, ...more];

test('the project’s own cdk.json renders the documented dialplan', async () => {
  await run(['extensions.conf']);
  expect(said).toMatch(/exten => ivr,1,NoOp\(\)\n same => n,Gosub\(.*\)\n same => n,Stasis\(Intro-IVR\)\n/);
  expect(said).toMatch(/exten => conference,1,NoOp\(\)\n.*\n same => n,Stasis\(Super-Conference,100\)\n/);
  expect(said).not.toContain('[general]');
});

test('all three files are written to standard output, with generated passwords, without AWS', async () => {
  await run(['--passwords', passwords]);
  for (const file of FILES) expect(said).toContain(`; ${file} of pbx-1`);
  const { connector, handlers } = JSON.parse(readFileSync(passwords, 'utf8'))['pbx-1'];
  const hashes = [...said.matchAll(/^password = (.*)$/gm)].map(([, hash]) => hash as string);
  expect(hashes).toHaveLength(2);
  expect(verifySha512Crypt(connector.password, hashes[0] as string)).toBe(true);
  expect(verifySha512Crypt(handlers.password, hashes[1] as string)).toBe(true);
  expect(said + noted).not.toContain(connector.password);
  expect(said + noted).not.toContain(handlers.password);
  expect(noted).toBe(`${passwords}: added generated passwords for pbx-1\n`);
});

describe('into a folder', () => {
  test('it writes three files, and finds them up to date the next time', async () => {
    await run(into());
    const all = [...FILES, 'install.sh'];
    expect(said).toBe(all.map((file) => `${join(folder, 'asterisk.d', file)}: written\n`).join(''));
    said = '';
    noted = '';
    await run(into());
    expect(said).toBe(all.map((file) => `${join(folder, 'asterisk.d', file)}: is up to date\n`).join(''));
    expect(noted).toBe('');
  });

  test.each([
    [
      ['--layout', 'freepbx'],
      ['ari', 'extensions', 'users'],
    ],
    [
      ['--layout', 'merge'],
      ['ari', 'extensions', 'users'],
    ],
    [['--users-only'], ['users']],
    [['--users-only', '--layout', 'freepbx'], ['users']],
  ])('with %j it writes files to be included, and the script that includes them', async (options, parts) => {
    await run(into(...options));
    expect(readdirSync(join(folder, 'asterisk.d')).toSorted()).toEqual([
      ...parts.map((name) => `ari-eventbridge-${name}.conf`),
      'install.sh',
    ]);
    const target = options.includes('freepbx') ? 'ari_additional_custom.conf' : 'ari.conf';
    expect(contentOf('install.sh')).toContain(`ari-eventbridge-users.conf:${target}`);
    expect(contentOf('ari-eventbridge-users.conf')).toMatch(/^\[handlers\]$/m);
  });

  test('some of the files come without the script', async () => {
    await run(into('ari.conf'));
    expect(readdirSync(join(folder, 'asterisk.d'))).toEqual(['ari.conf']);
    await expect(run(into('ari.conf', '--layout', 'merge'))).rejects.toThrow('they cannot be combined with FILE');
  });

  test('without a terminal it does not overwrite a changed file, but shows the difference and fails', async () => {
    await run(into());
    writeFileSync(join(folder, 'asterisk.d/http.conf'), 'mine\n');
    said = '';
    await expect(run(into())).rejects.toThrow('not overwritten: http.conf; use --overwrite to write without asking');
    expect(contentOf('http.conf')).toBe('mine\n');
    expect(said).toContain('-mine\n');
    expect(said).toContain('+sessionlimit = 400\n');
    await run(into('--overwrite'));
    expect(contentOf('http.conf')).toContain('sessionlimit = 400');
  });

  test('it asks on a terminal', async () => {
    await run(into());
    const command = `'${process.execPath}' '${CLI}' asterisk-config http.conf --output '${join(folder, 'asterisk.d')}'`;
    for (const [answer, code] of [
      ['n', 1],
      ['y', 0],
    ] as const) {
      writeFileSync(join(folder, 'asterisk.d/http.conf'), 'mine\n');
      const terminal = onTerminal(command);
      try {
        await terminal.answer('http.conf? [y/N]', `${answer}\r`);
        expect(await terminal.exited).toBe(code);
        expect(terminal.shown).toContain('-mine');
        expect(contentOf('http.conf') === 'mine\n').toBe(answer === 'n');
      } finally {
        terminal.kill();
      }
    }
  }, 90_000);
});

describe('with Secrets Manager', () => {
  const secrets: Record<string, string> = {};
  let environment: Record<string, string>;
  beforeEach(async () => {
    for (const role of ['connector', 'handlers']) {
      secrets[`ari-eventbridge/pbx-1/${role}`] = JSON.stringify({ username: role, password: `hidden-${role}` });
    }
    const { url } = await awsStub(({ target, body }) => {
      // No stack names a fixed address.
      if (!target.startsWith('secretsmanager.')) return { status: 400, body: '' };
      const { SecretId, SecretString } = JSON.parse(body) as { SecretId: string; SecretString: string };
      if (target.endsWith('.PutSecretValue')) secrets[SecretId] = SecretString;
      return { body: { Name: SecretId, SecretString: secrets[SecretId] } };
    });
    environment = {
      AWS_ENDPOINT_URL: url.href,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_REGION: 'eu-central-1',
    };
  });
  let ending: { kill(): unknown } | undefined;
  afterEach(() => ending?.kill());

  test('--from-secrets renders the generated passwords of a deployment, and does not show them', async () => {
    const cli = runCli(['asterisk-config', '--from-secrets'], environment);
    ending = cli;
    expect(await cli.exited).toBe(0);
    const hashes = [...cli.output.matchAll(/^password = (.*)$/gm)].map(([, hash]) => hash as string);
    expect(
      hashes.map((hash, i) => verifySha512Crypt(['hidden-connector', 'hidden-handlers'][i] as string, hash)),
    ).toEqual([true, true]);
    expect(cli.output).not.toContain('hidden');
  }, 60_000);

  test('--push-secrets stores the typed passwords, which are not shown', async () => {
    const terminal = onTerminal(`'${process.execPath}' '${CLI}' asterisk-config --push-secrets`, environment);
    ending = terminal;
    await terminal.answer('of the user for the connector [connector]: ', '\r');
    await terminal.answer('password of connector (not shown): ', 'typed;one\r');
    await terminal.answer('of the user for the handlers [handlers]: ', 'operator\r');
    await terminal.answer('password of operator (not shown): ', 'typed two\r');
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).toContain('ari-eventbridge/pbx-1/handlers: stored in Secrets Manager');
    expect(terminal.shown).not.toContain('typed');
    expect(Object.values(secrets).map((text) => JSON.parse(text))).toEqual([
      { username: 'connector', password: 'typed;one' },
      { username: 'operator', password: 'typed two' },
    ]);
  }, 60_000);

  test('--push-secrets stores those of a file', async () => {
    const users = { connector: { username: 'c', password: 'p1' }, handlers: { username: 'h', password: 'p2' } };
    writeFileSync(passwords, JSON.stringify({ 'pbx-1': users }), { mode: 0o600 });
    const cli = runCli(['asterisk-config', '--push-secrets', '--passwords', passwords], environment);
    ending = cli;
    expect(await cli.exited).toBe(0);
    expect(Object.values(secrets).map((text) => JSON.parse(text))).toEqual(Object.values(users));
  }, 60_000);
});

test('--push-secrets does not generate a missing passwords file', async () => {
  const refused = run(['--push-secrets', '--passwords', passwords]);
  await expect(refused).rejects.toThrow('expected an existing file with the users of "pbx-1"');
  expect(() => statSync(passwords)).toThrow('ENOENT');
});

test('an existing hash is kept', async () => {
  const users = { connector: { username: 'c', password: 'p1' }, handlers: { username: 'h', password: 'p2' } };
  writeFileSync(passwords, JSON.stringify({ 'pbx-1': users }), { mode: 0o600 });
  const hash = sha512Crypt('p2', 'mine');
  await run(into('http.conf'));
  writeFileSync(join(folder, 'asterisk.d/ari.conf'), `[h]\npassword = ${hash}\n`);
  await run(into('--overwrite'));
  expect(contentOf('ari.conf')).toContain(
    `[h]\ntype = user\nread_only = no\npassword_format = crypt\npassword = ${hash}\n`,
  );
});

test('one of several nodes is chosen by its name', async () => {
  const nodes = [NODE, { ...NODE, name: 'pbx-2', apps: ['Other'] }];
  await run(['extensions.conf', '--node', 'pbx-2'], nodes);
  expect(said).toContain('Stasis(Other)');
  await expect(run(['extensions.conf'], nodes)).rejects.toThrow(
    'expected --node NAME, as cdk.json has several nodes: pbx-1, pbx-2',
  );
  await expect(run(['extensions.conf', '--node', 'x'], nodes)).rejects.toThrow(
    '--node x: expected a node of cdk.json (pbx-1, pbx-2)',
  );
});

test('warnings are written besides the files', async () => {
  await run(['http.conf'], [{ ...NODE, asterisk: { http: { enabled: false } } }]);
  expect(noted).toMatch(/^warning: pbx-1: http.enabled is false/);
  expect(said).toContain('enabled = no');
});

test('all faults of cdk.json are reported, and nothing is written', async () => {
  const nodes = [{ ...NODE, asterisk: { http: { prefix: 'a\n[x]' }, fallback: 'x' } }];
  await expect(run(into(), nodes)).rejects.toThrow(/`nodes` cannot be used:\n {2}- .*prefix.*\n {2}- .*fallback/);
  expect(() => statSync(join(folder, 'asterisk.d'))).toThrow('ENOENT');
});

test.each([
  [[], 'ari.conf: expected --from-secrets or --passwords FILE'],
  [['--from-secrets', '--passwords', 'x'], 'expected one of --from-secrets and --passwords FILE, got both'],
  [['--push-secrets', '--from-secrets'], '--push-secrets writes no files'],
  [['--push-secrets', 'ari.conf'], '--push-secrets writes no files'],
  [['--push-secrets', '--output', 'x'], '--push-secrets writes no files'],
  [['--push-secrets'], 'expected a terminal to ask'],
  [['--overwrite', 'http.conf'], '--overwrite: expected --output FOLDER as well'],
  [
    ['sip.conf'],
    "value 'sip.conf' is invalid for argument 'files'. Allowed choices are http.conf, ari.conf, extensions.conf.",
  ],
  [['--password', 'x'], "unknown option '--password'\n(Did you mean --passwords?)"],
])('%j is refused with a sentence', async (args, sentence) => {
  await expect(run(args)).rejects.toThrow(sentence);
});

test('--help lists every option', async () => {
  await run(['--help']);
  for (const option of ['node', 'output', 'overwrite', 'from-secrets', 'push-secrets', 'passwords']) {
    expect(said).toContain(`--${option}`);
  }
});

describe('the addresses that users may come from', () => {
  const secret = (username: string) => ({ value: { username, password: `password of ${username}` } });
  const secrets = {
    'ari-eventbridge/pbx-1/connector': secret('connector'),
    'ari-eventbridge/pbx-1/handlers': secret('handlers'),
  };
  const stack = (outputs: Record<string, string>) => ({ AriEventBridge: { status: 'CREATE_COMPLETE', outputs } });

  /** The lines of ari.conf, written from an account. */
  async function permits(given: Partial<Readable>, context: object = {}, ...args: string[]): Promise<string[]> {
    const account = await readableAccount({ secrets, ...given });
    vi.stubEnv('AWS_ENDPOINT_URL', account.url);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hidden');
    onTestFinished(() => void vi.unstubAllEnvs());
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: '', context: { nodes: [NODE], ...context } }));
    const result = await runCommand(['asterisk-config', 'ari.conf', '--from-secrets', ...args], folder);
    noted += result.noted;
    return [...result.said.matchAll(/^permit = (.*)$/gm)].map(([, network = '']) => network);
  }

  const LOCAL = ['127.0.0.1/32', '::1/128'];
  const twice = (...networks: string[]) => [...LOCAL, ...networks, ...LOCAL, ...networks];

  test('are the fixed one of the deployment, which its stack names', async () => {
    const stacks = stack({ BusName: 'calls', BridgeNetworkEgressAddressOutput1F: '203.0.113.7' });
    expect(await permits({ stacks })).toEqual(twice('203.0.113.7/32'));
    expect(noted).toBe('');
  });

  test('are the fixed one of an app of another name, whose stack made the secret', async () => {
    const stacks = { MyApp: stack({ BridgeNetworkEgressAddressOutput1F: '203.0.113.9' }).AriEventBridge };
    const handlers = { ...secrets['ari-eventbridge/pbx-1/handlers'], stack: 'MyApp' };
    expect(await permits({ stacks, secrets: { ...secrets, 'ari-eventbridge/pbx-1/handlers': handlers } })).toEqual(
      twice('203.0.113.9/32'),
    );
    expect(noted).toBe('');
  });

  test('are all, with a warning, where the stack names none', async () => {
    expect(await permits({ stacks: stack({}) })).toEqual([]);
    expect(noted).toContain(
      'warning: no output EgressAddress in the stack AriEventBridge: ari.conf lets the users come from',
    );
    expect(await permits({ denied: ['DescribeStacks'] })).toEqual([]);
    expect(noted).toContain('warning: the stack AriEventBridge cannot be read (AccessDenied: ');
  });

  test('are all, without one, where cdk.json asks for changing addresses', async () => {
    expect(await permits({}, { asteriskNetwork: 'open' })).toEqual([]);
    expect(noted).toBe('');
  });

  test('are those of the option, instead of the stack’s', async () => {
    expect(await permits({ denied: ['DescribeStacks'] }, {}, '--permit', '198.51.100.1', '10.0.0.0/8')).toEqual(
      twice('198.51.100.1/32', '10.0.0.0/8'),
    );
    expect(await permits({}, {}, '--permit', 'somewhere')).toEqual([]);
    expect(noted).toContain('asterisk-config.permit: expected a list of IP addresses and networks');
  });

  test('are a user’s own ones, where the node names them', async () => {
    const asterisk = { users: { handlers: { permit: ['192.0.2.1'] } } };
    const stacks = stack({ EgressAddress: '203.0.113.7' });
    expect(await permits({ stacks }, { nodes: [{ ...NODE, asterisk }] })).toEqual([
      ...[...LOCAL, '203.0.113.7/32'],
      ...[...LOCAL, '192.0.2.1/32'],
    ]);
  });

  test('are none in the file, for an Asterisk that does not know them, where the node names none', async () => {
    const asterisk = { users: { connector: { permit: [] }, handlers: { permit: [] } } };
    const stacks = stack({ EgressAddress: '203.0.113.7' });
    expect(await permits({ stacks }, { nodes: [{ ...NODE, asterisk }] })).toEqual([]);
  });
});
