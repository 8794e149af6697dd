import type { Credentials } from '../../lib/ari/credentials.ts';
import { AwsEndpoint } from '../../lib/local/aws/endpoint.ts';
import { Secrets } from '../../lib/local/aws/secrets.ts';
import { SecretsService } from '../../lib/local/aws/secrets-service.ts';
import { Archives } from '../../lib/local/bus/archives.ts';
import { Bus } from '../../lib/local/bus/bus.ts';
import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import { EventsService } from '../../lib/local/bus/events-service.ts';

/** Secrets, and optionally a bus, over AWS's JSON protocol, for processes whose access key is `local`. */
export class LocalAws {
  readonly url: string;
  readonly #secrets: Secrets;
  readonly #endpoint: AwsEndpoint;

  private constructor(url: string, secrets: Secrets, endpoint: AwsEndpoint) {
    this.url = url;
    this.#secrets = secrets;
    this.#endpoint = endpoint;
  }

  /** @param users by the ARNs of their secrets */
  static async open(
    users: Record<string, Credentials>,
    { busNames = [], onEvent = () => {} }: { busNames?: string[]; onEvent?: (event: BusEvent) => void } = {},
  ): Promise<LocalAws> {
    const secrets = new Secrets();
    secrets.apply(Object.entries(users).map(([arn, user]) => ({ arn, name: arn, value: JSON.stringify(user) })));
    const bus = new Bus({ onEvent, deliver: () => {} });
    bus.apply(busNames, []);
    const services = { AWSEvents: new EventsService(bus, new Archives()), secretsmanager: new SecretsService(secrets) };
    const endpoint = new AwsEndpoint(services, [], {
      accessKeyId: 'local',
      secretAccessKey: 'local',
      sessionToken: 'local',
    });
    return new LocalAws(await endpoint.listen(), secrets, endpoint);
  }

  putSecret(arn: string, user: Credentials): void {
    this.#secrets.put(arn, JSON.stringify(user));
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}
