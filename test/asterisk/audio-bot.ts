import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { FRAME, tone } from './phone/ulaw.ts';

/** Kinds of AudioSocket's messages: one byte, two of length, and so many more. */
const KIND = { hangup: 0x00, uuid: 0x01, key: 0x03, audio: 0x10 } as const;
/** A frame that is louder on average is speech, from the third one in a row; so many quiet ones end it. */
const LOUD = 500;
const FRAMES_OF_SPEECH = 3;
const FRAMES_OF_SILENCE = 15;
/** What the bot says until the caller speaks, in hertz. */
export const GREETING = 1000;
/** What the bot wants to come next, by the key that the caller presses. */
const INTENTS: Record<string, string> = { '0': 'person', '#': 'hangup' };

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
  /** What the bot wants to come next, once it knows. */
  intent: string | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
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
    if (intent === undefined) return;
    this.intent = intent;
    this.#socket.end(Buffer.from([KIND.hangup, 0, 0]));
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

/** A bot that talks over AudioSocket, stops when the caller speaks, repeats it, and ends the talk on a key. */
export class AudioBot {
  readonly conversations: Conversation[] = [];
  readonly #audio = createServer((socket) => {
    this.conversations.push(new Conversation(socket));
  });
  /** Says what comes next after a conversation, at its UUID. */
  readonly #calls = createHttpServer(({ url }, response) => {
    const intent = this.conversations.find(({ uuid }) => url === `/${uuid}`)?.intent;
    response.writeHead(intent === undefined ? 404 : 200).end(JSON.stringify({ intent }));
  });

  /** @param ports of audio, and of what comes next */
  static async open(ports: { audio: number; calls: number }): Promise<AudioBot> {
    const bot = new AudioBot();
    await new Promise<void>((resolve) => bot.#audio.listen(ports.audio, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => bot.#calls.listen(ports.calls, '127.0.0.1', resolve));
    return bot;
  }

  async close(): Promise<void> {
    for (const conversation of this.conversations) conversation.close();
    this.#calls.closeAllConnections();
    await Promise.all([this.#audio, this.#calls].map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
