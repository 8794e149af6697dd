/** The whole local way, as `npm start -- --asterisk` runs it, with the CDK app of this folder. */
import { LocalSystem } from '../../../lib/local/local-system.ts';
import { inWay } from './way.ts';

const { environment, listening } = inWay();
const { ARI_URL, ARI_APP, ARI_USER, ARI_PASSWORD } = environment;
const NODE = 'pbx-1';

const system = await LocalSystem.prepare(import.meta.dirname, [{ name: NODE, url: ARI_URL, apps: [ARI_APP] }], {
  onEvent: () => {},
  onInvocationStart: () => {},
  onInvocationEnd: ({ fn }, { error }) => error && process.stderr.write(`${fn.title}: ${error}\n`),
  onCommand: () => {},
  onDeadLetter: () => {},
  onLog: () => {},
});
const user = { username: ARI_USER, password: ARI_PASSWORD };
system.useUsers({ node: NODE, connector: user, handlers: user });
process.once('SIGTERM', () => void system.stop().then(() => process.exit()));

const connected = system.connected(NODE);
await system.start();
await connected;
listening();
