import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The result of importing a handler's bundle in a new process, as a Lambda environment does when it starts. */
export interface HandlerImport {
  /** From the beginning of the import to its end. */
  ms: number;
  /** Packages that the import loaded, without built-in modules. */
  packages: string[];
  /** Packages that handling the event loaded after that. */
  packagesOfFirstEvent: string[];
}

/** Notes what is asked of Node's module loader, built-in modules aside. */
const PROBE = `
import { registerHooks } from 'node:module';
const { bundle, event } = JSON.parse(process.env.PROBE);
const asked = [];
if (event !== null) {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (!found.url.startsWith('node:') && specifier !== bundle) asked.push(specifier);
      return found;
    },
  });
}
const from = performance.now();
const { handler } = await import(bundle);
const ms = performance.now() - from;
const packages = asked.splice(0);
if (event) await handler(event).catch(() => {});
process.stdout.write('\\n' + JSON.stringify({ ms, packages, packagesOfFirstEvent: asked }));
process.exit(0);
`;

/**
 * Imports a bundle in a fresh process.
 *
 * @param bundle URL of the file
 * @param event handled after the import, to see what is loaded then; nothing is noted without, so that noting costs
 *   no time
 */
export async function importHandler(
  bundle: string,
  event: object | null,
  environment: Record<string, string> = {},
): Promise<HandlerImport> {
  const env = { ...process.env, ...environment, PROBE: JSON.stringify({ bundle, event }) };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROBE], { env });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as HandlerImport;
}

/** Nodes of which one can be asked for, but neither its secret nor itself be reached. */
export const UNREACHABLE = {
  ARI_NODES: JSON.stringify([{ name: 'pbx-1', url: 'http://127.0.0.1:1/ari', apps: ['any'], secretId: 'secret' }]),
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_MAX_ATTEMPTS: '1',
};

/** The event that every call begins with. */
export const CALL_BEGINS = {
  'detail-type': 'StasisStart',
  detail: {
    type: 'StasisStart',
    application: 'any',
    args: ['100'],
    channel: {
      id: '1.1',
      caller: { name: 'Alice', number: '1001' },
      dialplan: { context: 'default', exten: 'any', priority: 2, app_name: 'Stasis', app_data: 'any,100' },
    },
    metadata: { id: 'e1', node: 'pbx-1', channelId: '1.1', channelSequence: 1 },
  },
};
