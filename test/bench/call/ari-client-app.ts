/** The direct app again, on the npm package `ari-client`. */
import { createRequire } from 'node:module';
import { inWay } from './way.ts';

interface Channel {
  answer(): Promise<void>;
}
interface Client {
  on(type: 'StasisStart', listener: (event: object, channel: Channel) => Promise<void>): void;
  start(app: string): Promise<void>;
}
interface AriClientPackage {
  /** @param url the server's root, without `/ari` */
  connect(url: string, user: string, password: string): Promise<Client>;
}

const { environment, listening } = inWay();
const { ARI_URL, ARI_APP, ARI_USER, ARI_PASSWORD } = environment;
/** The folder that the package was installed in. */
const folder = process.env.ARI_CLIENT as string;

const { connect } = createRequire(`${folder}/`)('ari-client') as AriClientPackage;
const client = await connect(new URL(ARI_URL).origin, ARI_USER, ARI_PASSWORD);
client.on('StasisStart', (_event, channel) => channel.answer());
await client.start(ARI_APP);
listening();
