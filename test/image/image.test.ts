import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { imageContext } from '../../lib/cdk/connector-image.ts';
import { HEAP_GROWTH } from '../../lib/cdk/connector-memory.ts';
import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { FaultStage, USER } from '../faults/fault-stage.ts';
import type { ConnectorProcess } from '../support/connector-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type ImageFacts, Podman } from './podman.ts';

const BASE = 'localhost/node-alone';
const IMAGE = 'localhost/connector';
const CONTAINER = 'connector';
const JOURNAL = '/var/lib/ari-eventbridge';
const COMMANDER = { username: 'commander', password: 'commander-password' };

const folder = temporaryFolder();
const podman = new Podman(folder.path);
let image: ImageFacts;
let asterisk: RealAsterisk;
let ari: AriClient;
let stage: FaultStage;
let connector: ConnectorProcess;

beforeAll(async () => {
  const context = join(folder.path, 'context');
  mkdirSync(context);
  imageContext(context);
  podman.buildBase(BASE);
  podman.build(IMAGE, context, BASE);
  image = podman.inspect(IMAGE);

  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }, COMMANDER]);
  await asterisk.start();
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => COMMANDER) }));
  stage = await FaultStage.open();
  connector = stage.connect(asterisk.url, 'unused', { JOURNAL_FOLDER: JOURNAL }, (names) =>
    podman.command(
      ...['run', '--rm', '--name', CONTAINER, '--network', 'host', '--ipc', 'none'],
      // Podman's own limits may be above this machine's.
      ...['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'],
      // As the task definition has it, and no memory disks, which podman would add.
      ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
      ...names.flatMap((name) => ['--env', name]),
      IMAGE,
    ),
  );
});

afterAll(async () => {
  try {
    podman.run('rm', '--all', '--force', '--volumes');
  } finally {
    await stage?.close();
    await asterisk?.stop();
    folder.remove();
  }
});

/** Runs a script within the container. */
function inside(script: string): string {
  return podman.run('exec', CONTAINER, 'node', '-e', script).trim();
}

/** A call that enters Stasis(Intro-IVR). @returns the id of the leg which does */
async function call(): Promise<string> {
  const before = new Set((await ari.channels.list()).map(({ id }) => id));
  await ari.channels.originate({ endpoint: 'Local/ivr@default', extension: 'answers', context: 'default' });
  return until('the call in Stasis', async () => {
    const channels = await ari.channels.list();
    return channels.find(({ id, dialplan }) => !before.has(id) && dialplan.app_name === 'Stasis')?.id;
  });
}

test('the image adds to its base the connector’s bundle, its bill of materials, and folders for certificates and the journal', () => {
  const base = podman.inspect(BASE);
  const before = new Set(base.files.map(({ path }) => path));
  const added = image.files.filter(({ path }) => !before.has(path));
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    [
      `base of the test: ${megabytes(base.size)}, Node ${process.version} and its libraries`,
      ...base.files.map(({ path, bytes }) => `  ${path}  ${bytes}`),
      `image: ${megabytes(image.size)}, of which the connector ${megabytes(image.size - base.size)}`,
      ...added.map(({ path, bytes }) => `  ${path}  ${bytes}`),
    ].join('\n'),
  );
  expect(added.map(({ path }) => path).toSorted()).toEqual([
    '/ari-nodes/.keep',
    '/connector.cdx.json',
    '/connector.cjs',
    `${JOURNAL}/.keep`,
  ]);
  expect(added.filter(({ owner }) => owner === '1000/1000').map(({ path }) => path)).toEqual([`${JOURNAL}/.keep`]);
  // Only the connector is measured: the user chooses the base.
  expect(image.size - base.size).toBeLessThan(4e6);
  const entrypoint = ['node', HEAP_GROWTH, '/connector.cjs'];
  expect(image).toMatchObject({ user: '1000:1000', entrypoint, volumes: [JOURNAL] });
});

test('it becomes ready with a real Asterisk, without a shell, as its own user', async () => {
  await connector.becomesReady();
  expect(image.files.filter(({ path }) => /\/(sh|bash|dash|busybox|npm|apt)$/.test(path))).toEqual([]);
  expect(inside('process.stdout.write([process.getuid(), process.getgid()].join())')).toBe('1000,1000');
});

test('nothing but the journal can be written to', () => {
  const script = `
    const { writeFileSync, rmSync } = require('node:fs');
    const tried = ['/', '/tmp', '/var', '/var/lib', '/etc', '/home', '/usr/local/bin', '/dev/shm', '${JOURNAL}'].map((folder) => {
      try {
        writeFileSync(folder + '/probe', '');
        rmSync(folder + '/probe');
        return [folder, 'written'];
      } catch (error) {
        return [folder, error.code];
      }
    });
    process.stdout.write(JSON.stringify(Object.fromEntries(tried)));`;
  const tried = JSON.parse(inside(script)) as Record<string, string>;
  expect(tried[JOURNAL]).toBe('written');
  expect(Object.keys(tried).filter((path) => tried[path] === 'written')).toEqual([JOURNAL]);
});

test('it forwards a call', async () => {
  const id = await call();
  await until('StasisStart on the bus', async () => (await stage.report()).starts[id]?.original === 1);
  await ari.channels.hangup({ channelId: id });
  await until('StasisEnd on the bus', async () => (await stage.report()).ends[id]?.original === 1);
});

test('at SIGTERM it publishes waiting events, and exits with 0', async () => {
  await stage.set({ down: true });
  const ids = [await call(), await call()];
  await until('events that wait', async () => (await connector.ready()).waiting >= ids.length);
  const ended = connector.stop();
  await until('the drain', () => connector.lines.some(({ message }) => message === 'SIGTERM: draining'));
  await stage.set({ down: false });
  expect(await ended).toBe(0);
  const { starts, holes } = await stage.report();
  expect(ids.map((id) => starts[id])).toEqual(ids.map(() => ({ original: 1, recovered: 0 })));
  expect(holes).toBe(0);
});
