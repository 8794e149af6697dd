import type { AriClient } from '../../lib/ari/client.ts';
import { AriError, reasonOf } from '../../lib/ari/errors.ts';
import type { Log } from '../../lib/log.ts';

/** Asks Asterisk not to send types of events that are not forwarded. A read-only user may not ask for it. */
export class AsteriskFilter {
  readonly #ari: AriClient;
  readonly #excludedTypes: readonly string[];
  readonly #log: Log;
  #mayFilter = true;

  constructor(ari: AriClient, excludedTypes: readonly string[], log: Log) {
    this.#ari = ari;
    this.#excludedTypes = excludedTypes;
    this.#log = log;
  }

  /**
   * Sets the filter of each app; to be called at each connection. Where all types are forwarded, it takes away what an earlier
   * connector had set. Never rejects.
   */
  async apply(apps: string[]): Promise<void> {
    if (!this.#mayFilter) return;
    const filter = { allowed: [], disallowed: this.#excludedTypes.map((type) => ({ type })) };
    try {
      await Promise.all(apps.map((applicationName) => this.#ari.applications.filter({ applicationName, filter })));
      if (this.#excludedTypes.length === 0) return;
      this.#log.info('Asterisk now filters event types that are not forwarded', { apps, types: this.#excludedTypes });
    } catch (error) {
      if (error instanceof AriError && error.kind === 'unauthorized') this.#mayFilter = false;
      else {
        const says = `Asterisk does not filter event types: ${reasonOf(error)}. The connector filters them.`;
        this.#log.warn(says, { apps });
      }
    }
  }
}
