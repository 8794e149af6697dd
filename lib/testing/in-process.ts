import { STATUS_CODES } from 'node:http';
import type { AriTransport } from '../ari/client.ts';
import type { Clock } from '../simulator/clock.ts';
import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';

/** How long a command of a handler waits for its answer, as the ARI client has it. */
const COMMAND_MS = 5000;

/** Commands carried straight to a simulated Asterisk. Time is the test's, also the time that a command may take. */
export class InProcessTransport implements AriTransport {
  readonly #asterisk: SimulatedAsterisk;
  readonly #clock: Clock;
  /** How many commands have no answer yet. */
  underWay = 0;

  constructor(asterisk: SimulatedAsterisk, clock: Clock) {
    this.#asterisk = asterisk;
    this.#clock = clock;
  }

  async request({ method, path, query, body }: Parameters<AriTransport['request']>[0]) {
    this.underWay += 1;
    let cancel = (): void => {};
    try {
      const tooLate = new Promise<never>((_, reject) => {
        const reason = `Asterisk has not answered for ${COMMAND_MS / 1000} s: the channel is busy, with a playback?`;
        cancel = this.#clock.after(COMMAND_MS, () => reject(new DOMException(reason, 'TimeoutError')));
      });
      const [status, answer] = await Promise.race([this.#asterisk.request({ method, path, query, body }), tooLate]);
      // A copy, as over a wire: what Asterisk changes later is not seen.
      const copied = answer instanceof Uint8Array ? answer : answer === undefined ? '' : JSON.stringify(answer);
      return { status, reason: STATUS_CODES[status] ?? '', body: copied };
    } finally {
      cancel();
      this.underWay -= 1;
    }
  }

  close(): void {}
}
