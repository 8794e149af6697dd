import type { AriClient } from '../ari/client.ts';
import { unlessGone } from '../ari/errors.ts';

/**
 * The client, noting which bridges are made with it: where a function cannot go on, those that no channel entered would
 * be left behind.
 */
export class MadeBridges {
  readonly ari: AriClient;
  readonly #ids = new Set<string>();

  constructor(ari: AriClient) {
    const note = async <T extends { id: string }>(made: Promise<T>): Promise<T> => {
      const bridge = await made;
      this.#ids.add(bridge.id);
      return bridge;
    };
    const noting = (): AriClient['bridges'] =>
      Object.assign(Object.create(ari.bridges), {
        create: (...given: Parameters<AriClient['bridges']['create']>) => note(ari.bridges.create(...given)),
        createWithId: (...given: Parameters<AriClient['bridges']['createWithId']>) =>
          note(ari.bridges.createWithId(...given)),
      });
    let bridges: AriClient['bridges'] | undefined;
    this.ari = Object.create(ari, {
      // At the first use: the client of a test may have no bridges.
      bridges: {
        enumerable: true,
        get: () => {
          if (ari.bridges) bridges ??= noting();
          return bridges;
        },
      },
    });
  }

  /** @returns the ids of those that were empty, and are gone now */
  async destroyEmpty(): Promise<string[]> {
    const destroyed: string[] = [];
    for (const bridgeId of this.#ids) {
      const bridge = await unlessGone(this.ari.bridges.get({ bridgeId }));
      if (bridge?.channels.length !== 0) continue;
      await unlessGone(this.ari.bridges.destroy({ bridgeId }));
      destroyed.push(bridgeId);
    }
    return destroyed;
  }
}
