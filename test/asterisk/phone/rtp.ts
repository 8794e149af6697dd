import { createSocket, type Socket } from 'node:dgram';
import { FRAME, fromUlaw, RATE, shareOf, tone, toUlaw } from './ulaw.ts';

/** Payload types: ulaw by RFC 3551, and keys (RFC 4733) by our own offer. */
export const ULAW = 0;
export const KEYS = 101;

/** An audio packet that Asterisk sent. */
export interface Heard {
  /** When it came: milliseconds of `performance.now()`. */
  at: number;
  samples: Int16Array;
}

/** One end of a call's audio: 20 ms of ulaw in each packet. */
export class Rtp {
  readonly port: number;
  readonly heard: Heard[] = [];
  /** What the caller says: a tone of so many hertz; 0 is silence. */
  says = 0;
  #remote: { address: string; port: number } | undefined;
  #sequence = 1;
  #sample = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (packet) => {
      if (((packet[1] ?? 0) & 0x7f) !== ULAW) return;
      this.heard.push({ at: performance.now(), samples: fromUlaw(packet.subarray(12)) });
    });
  }

  static async open(): Promise<Rtp> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new Rtp(socket);
  }

  /** Starts to send, every 20 ms. */
  start(remote: { address: string; port: number }): void {
    this.#remote = remote;
    this.#timer = setInterval(() => {
      const payload = Uint8Array.from(tone(this.says, this.#sample, FRAME), toUlaw);
      this.#send(ULAW, payload, this.#sample);
      this.#sample += FRAME;
    }, 20);
  }

  /** Sends a key's events (RFC 4733): three times its end, as it asks for. @returns when the first end was sent */
  async press(key: string, ms: number): Promise<number> {
    const event = '0123456789*#ABCD'.indexOf(key);
    const began = this.#sample;
    const send = (duration: number, isEnd: boolean) =>
      this.#send(KEYS, Uint8Array.of(event, (isEnd ? 0x80 : 0) | 10, duration >> 8, duration & 0xff), began);
    for (let after = 0; after < ms; after += 20) {
      send((after * RATE) / 1000, false);
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, ms - after)));
    }
    const ended = performance.now();
    for (let each = 0; each < 3; each++) send((ms * RATE) / 1000, true);
    return ended;
  }

  /** How much of what was heard in the last milliseconds is this tone, 0 to 1. */
  hears(hertz: number, lastMs = 200): number {
    const since = performance.now() - lastMs;
    const samples = this.heard.filter(({ at }) => at >= since).flatMap((packet) => [...packet.samples]);
    return shareOf(hertz, Int16Array.from(samples));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #send(type: number, payload: Uint8Array, timestamp: number): void {
    if (!this.#remote) throw new Error('Expected the call to be answered before it has audio');
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type;
    header.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.port, 8);
    this.#socket.send(Buffer.concat([header, payload]), this.#remote.port, this.#remote.address);
  }
}
