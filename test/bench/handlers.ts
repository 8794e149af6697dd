/**
 * What a call handler costs before it runs: bytes, and the time of its import in a fresh process, which a caller waits
 * for when Lambda starts one. Beside it the same handler as one would write it first, on the npm package `ari-client`.
 *
 * Ours are the bundles that `cdk synth` writes and that are deployed. The naive one is bundled as CDK's NodejsFunction
 * does by default, with the AWS SDK in the bundle and `ari-client` installed beside it (`nodeModules`).
 */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readCloudAssembly } from '../../lib/local/template/cloud-assembly.ts';
import { readDeployment } from '../../lib/local/template/read-deployment.ts';
import { synthesize } from '../../lib/local/template/synth.ts';
import { APPS } from '../support/apps.ts';
import { CALL_BEGINS, importHandler, UNREACHABLE } from '../support/handler-import.ts';
import { bundleNaive } from './handlers/bundle-naive.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Fresh processes for each handler. They take turns, so that whatever else the machine does hits all of them alike. */
const ROUNDS = 41;
const NODES = [{ name: 'pbx-1', url: 'http://127.0.0.1:1/ari', apps: APPS }];

interface Subject {
  name: string;
  file: string;
}

export async function bench(): Promise<object> {
  const assembly = await synthesize(ROOT, NODES);
  const folder = await mkdtemp(join(assembly, 'naive-'));
  try {
    const { functions, rules } = readDeployment(await readCloudAssembly(assembly));
    const targets = rules.flatMap((rule) => rule.targets.map(({ arn }) => arn));
    const handlers = functions.filter(({ arn }) => targets.includes(arn));
    const ours = handlers.map(({ title, code }) => ({ name: title, file: join(code, 'index.mjs') }));
    const naive = { name: 'naive', file: await bundleNaive(folder) };
    const times = await importTimes([...ours, naive]);
    return {
      node: process.version,
      processesPerHandler: ROUNDS,
      handlers: Object.fromEntries(await Promise.all(ours.map((subject) => figures(subject, times)))),
      naive: (await figures(naive, times))[1],
    };
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

async function importTimes(subjects: readonly Subject[]): Promise<Map<string, number[]>> {
  const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, file } of subjects) {
      const { ms } = await importHandler(pathToFileURL(file).href, null);
      times.get(name)?.push(ms);
    }
  }
  return times;
}

async function figures({ name, file }: Subject, times: Map<string, number[]>): Promise<[string, object]> {
  const seen = await importHandler(pathToFileURL(file).href, CALL_BEGINS, UNREACHABLE);
  const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b);
  return [
    name,
    {
      bytes: (await stat(file)).size,
      installedBytes: await sizeOf(join(dirname(file), 'node_modules')),
      importMsMedian: Number((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(2)),
      awsSdkBeforeFirstSecret: isAwsSdk(seen.packages) || (await carriesAwsSdk(file)),
      awsSdkForFirstSecret: isAwsSdk(seen.packagesOfFirstEvent),
    },
  ];
}

/** All files below a folder; nothing where there is none. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Inside a bundle no import shows, but names of packages that the SDK is made of do, in its own messages. */
async function carriesAwsSdk(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8')).includes('@aws-sdk/credential-provider');
}

function isAwsSdk(packages: readonly string[]): boolean {
  return packages.some((name) => name.startsWith('@aws-sdk/') || name.startsWith('@smithy/'));
}
