import { createServer, type Server, type Socket } from 'node:net';
import type { AriClient } from '../../lib/ari/client.ts';
import { FRAME, tone } from './phone/ulaw.ts';

/** Kinds of AudioSocket's messages: one byte, two of length, and so many more. */
const KIND = { hangup: 0x00, uuid: 0x01, key: 0x03, audio: 0x10 } as const;
/** A frame that is louder on average is speech, from the third one in a row; so many quiet ones end it. */
const LOUD = 500;
const FRAMES_OF_SPEECH = 3;
const FRAMES_OF_SILENCE = 15;
/** What the bot says until the caller speaks, in hertz. */
export const GREETING = 1000;
/** What the bot wants of the call, by the key that the caller presses. */
const INTENTS: Record<string, string> = { '0': 'transfer', '#': 'hangup' };

/** One call of the bot's. */
export class Conversation {
  /** AudioSocket's. */
  uuid = '';
  isOver = false;
  /** Frames to say; `greeting` without an end. */
  #saying: Int16Array[] | 'greeting' = 'greeting';
  #said = 0;
  #heard: Int16Array[] = [];
  #loud = 0;
  #quiet = 0;
  #rest = Buffer.alloc(0);
  readonly #socket: Socket;
  readonly #wants: (uuid: string, intent: string) => void;

  constructor(socket: Socket, wants: (uuid: string, intent: string) => void) {
    this.#socket = socket;
    this.#wants = wants;
    const began = performance.now();
    // By the clock: a timer that came late is followed by more frames.
    const timer = setInterval(() => {
      while (this.#said * 20 < performance.now() - began) this.#say();
    }, 20);
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      this.isOver = true;
    });
  }

  /** The bot ends the call, as where its program ends. */
  close(): void {
    this.#socket.destroy();
  }

  #say(): void {
    const frame =
      this.#saying === 'greeting' ? tone(GREETING, this.#said * FRAME, FRAME) : (this.#saying.shift() ?? SILENCE);
    this.#said += 1;
    const message = Buffer.alloc(3 + 2 * FRAME);
    message[0] = KIND.audio;
    message.writeUInt16BE(2 * FRAME, 1);
    frame.forEach((sample, index) => {
      message.writeInt16LE(sample, 3 + 2 * index);
    });
    this.#socket.write(message);
  }

  #receive(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 3 && this.#rest.length >= 3 + this.#rest.readUInt16BE(1)) {
      const end = 3 + this.#rest.readUInt16BE(1);
      this.#take(this.#rest[0] ?? 0, this.#rest.subarray(3, end));
      this.#rest = this.#rest.subarray(end);
    }
  }

  #take(kind: number, payload: Buffer): void {
    if (kind === KIND.uuid) this.uuid = payload.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    if (kind === KIND.audio) this.#hear(payload);
    const intent = kind === KIND.key ? INTENTS[payload.toString()] : undefined;
    if (intent !== undefined) this.#wants(this.uuid, intent);
  }

  /** Is silent when the caller speaks, and then says what it has heard. */
  #hear(payload: Buffer): void {
    const frame = Int16Array.from({ length: payload.length / 2 }, (_, index) => payload.readInt16LE(2 * index));
    const isLoud = frame.reduce((sum, sample) => sum + Math.abs(sample), 0) / frame.length > LOUD;
    this.#loud = isLoud ? this.#loud + 1 : 0;
    this.#quiet = isLoud ? 0 : this.#quiet + 1;
    if (isLoud) this.#heard.push(frame);
    if (this.#loud === FRAMES_OF_SPEECH) this.#saying = [];
    if (this.#quiet === FRAMES_OF_SILENCE && this.#heard.length >= FRAMES_OF_SPEECH) {
      this.#saying = this.#heard;
      this.#heard = [];
    }
  }
}

const SILENCE = new Int16Array(FRAME);

/** A bot that talks over AudioSocket, stops when the caller speaks, repeats it, and wants something of the call on a key. */
export class AudioBot {
  readonly conversations: Conversation[] = [];
  readonly #server: Server;

  private constructor(port: number, app: string, ari: AriClient) {
    const wants = async (uuid: string, intent: string): Promise<void> => {
      const { value } = await ari.channels.getChannelVar({ channelId: uuid, variable: 'CALLER' });
      const about = { application: app, source: `channel:${value}`, variables: { intent } };
      await ari.events.userEvent({ eventName: 'Intent', ...about });
    };
    this.#server = createServer((socket) => {
      this.conversations.push(new Conversation(socket, (uuid, intent) => void wants(uuid, intent)));
    }).listen(port, '127.0.0.1');
  }

  /** @param app of the handler that the bot says its intents to */
  static async open(port: number, app: string, ari: AriClient): Promise<AudioBot> {
    const bot = new AudioBot(port, app, ari);
    await new Promise((resolve) => bot.#server.once('listening', resolve));
    return bot;
  }

  async close(): Promise<void> {
    for (const conversation of this.conversations) conversation.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
