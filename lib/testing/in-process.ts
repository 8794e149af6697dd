import { STATUS_CODES } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { AriTransport } from '../ari/client.ts';
import type { Clock } from '../simulator/clock.ts';
import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Interleaving } from './interleaving.ts';

/** How long a handler's command waits for its response, as in the ARI client. */
const COMMAND_MS = 5000;

/** Sends commands directly to a simulated Asterisk. Their time limit runs on the test's clock too. */
export class InProcessTransport implements AriTransport {
  readonly #asterisk: SimulatedAsterisk;
  readonly #clock: Clock;
  readonly #interleaving: Interleaving | undefined;
  /** How many commands have no response yet. */
  underWay = 0;
  /** How many commands were sent and answered so far, together. */
  steps = 0;

  /** @param interleaving decides when a command reaches Asterisk, and its answer the handler. @default at once */
  constructor(asterisk: SimulatedAsterisk, clock: Clock, interleaving?: Interleaving) {
    this.#asterisk = asterisk;
    this.#clock = clock;
    this.#interleaving = interleaving;
  }

  async request({ method, path, query, body }: Parameters<AriTransport['request']>[0]) {
    this.underWay += 1;
    this.steps += 1;
    let cancel = (): void => {};
    try {
      const tooLate = new Promise<never>((_, reject) => {
        const reason = `Asterisk has not answered for ${COMMAND_MS / 1000} s; the channel may be busy with a playback`;
        cancel = this.#clock.after(COMMAND_MS, () => reject(new DOMException(reason, 'TimeoutError')));
      });
      tooLate.catch(() => {});
      await this.#interleaving?.turn();
      const [status, answer] = await Promise.race([this.#asterisk.request({ method, path, query, body }), tooLate]);
      // A copy, as over a network: it does not show later changes in Asterisk.
      const copied = answer instanceof Uint8Array ? answer : answer === undefined ? '' : JSON.stringify(answer);
      await this.#interleaving?.turn();
      return { status, reason: STATUS_CODES[status] ?? '', body: copied };
    } finally {
      cancel();
      this.underWay -= 1;
      this.steps += 1;
    }
  }

  /** A pause before a command is sent again: others go on meanwhile, and no time passes. */
  async pause(): Promise<void> {
    if (!this.#interleaving) {
      await turn();
      return;
    }
    this.underWay += 1;
    await this.#interleaving.turn();
    this.underWay -= 1;
  }

  close(): void {}
}
