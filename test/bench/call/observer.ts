import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { basicAuthorization, type Credentials } from '../../../lib/ari/credentials.ts';

/** What takes longer never happens. */
const CALL_LIMIT_MS = 5000;

interface Channel {
  id: string;
  state: string;
}
interface ObservedEvent {
  type: string;
  channel?: Channel;
  dialplan_app?: string;
}

/** What is seen of one call, on this process's monotonic clock. */
interface Observed {
  entered?: number;
  up?: number;
  ended?: boolean;
  changed: () => void;
}

/**
 * Places calls and watches them as a third party, over a WebSocket that sees everything (`subscribeAll`).
 *
 * Asterisk sends StasisStart only to the app itself. So a call enters Stasis with the `ChannelDialplan` that says
 * that the dialplan now runs the application `Stasis`, sent a moment before StasisStart; and it is up with its
 * `ChannelStateChange` to `Up`, sent by the answer itself. Both come over the same socket and are read on one clock, so
 * what the way to the observer takes is in neither way's figure; Asterisk's own timestamps have milliseconds only.
 */
export class Observer {
  readonly #url: string;
  readonly #authorization: string;
  readonly #socket: WebSocket;
  readonly #calls = new Map<string, Observed>();
  #count = 0;

  private constructor(url: string, user: Credentials) {
    this.#url = url;
    this.#authorization = basicAuthorization(user);
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/events?app=observer&subscribeAll=true`, {
      headers: { authorization: this.#authorization },
    });
    this.#socket.on('message', (data: Buffer) => this.#see(performance.now(), JSON.parse(data.toString('utf8'))));
  }

  static async open(url: string, user: Credentials): Promise<Observer> {
    const observer = new Observer(url, user);
    await new Promise((resolve, reject) => observer.#socket.once('open', resolve).once('error', reject));
    return observer;
  }

  /**
   * Calls an extension that leads into Stasis, and hangs up when the call is up.
   *
   * @returns for how long the channel was in Stasis before it was up, in milliseconds
   */
  async call(extension: string): Promise<number> {
    this.#count += 1;
    // A Local channel has two ends: the one that waits in the dialplan as the caller, and the one that is answered.
    const [caller, called] = [`caller-${this.#count}`, `called-${this.#count}`];
    const observed: Observed = { changed: () => {} };
    this.#calls.set(called, observed);
    await this.#request('POST', 'channels', {
      endpoint: `Local/${extension}@default`,
      context: 'default',
      extension: 'caller',
      priority: '1',
      channelId: caller,
      otherChannelId: called,
    });
    await this.#until(
      observed,
      `${extension} to be up`,
      () => observed.entered !== undefined && observed.up !== undefined,
    );
    await this.#request('DELETE', `channels/${caller}`);
    await this.#until(observed, `${extension} to be hung up`, () => observed.ended === true);
    this.#calls.delete(called);
    return (observed.up as number) - (observed.entered as number);
  }

  async asteriskVersion(): Promise<string> {
    const info = (await this.#request('GET', 'asterisk/info')) as { system: { version: string } };
    return info.system.version;
  }

  close(): void {
    this.#socket.close();
  }

  #see(at: number, { type, channel, dialplan_app }: ObservedEvent): void {
    const observed = channel && this.#calls.get(channel.id);
    if (!observed) return;
    if (type === 'ChannelDialplan' && dialplan_app === 'Stasis') observed.entered ??= at;
    else if (type === 'ChannelStateChange' && channel.state === 'Up') observed.up ??= at;
    else if (type === 'ChannelDestroyed') observed.ended = true;
    observed.changed();
  }

  async #until(observed: Observed, what: string, holds: () => boolean): Promise<void> {
    const seen = new Promise<true>((resolve) => {
      observed.changed = () => holds() && resolve(true);
      observed.changed();
    });
    const limit = new AbortController();
    const inVain = sleep(CALL_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    if (!(await Promise.race([seen, inVain]))) throw new Error(`Expected ${what} within ${CALL_LIMIT_MS / 1000} s`);
    limit.abort();
  }

  async #request(method: string, path: string, query: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${this.#url}/${path}?${new URLSearchParams(query)}`, {
      method,
      headers: { authorization: this.#authorization },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
