import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { KEYS, Rtp, ULAW } from './rtp.ts';

/** How the phone sends keys: as events among the audio (RFC 4733), or as SIP INFO. */
export type KeysBy = 'rtp' | 'info';

interface Message {
  /** `INVITE sip:…` or `SIP/2.0 200 OK`. */
  line: string;
  headers: Record<string, string>;
  body: string;
}

/** A SIP phone that places one call, on loopback, and hears and says something: sipp does not tell when audio stops. */
export class SipPhone {
  readonly rtp: Rtp;
  /** Asterisk, or the phone itself, has hung up. */
  isOver = false;
  readonly #socket: Socket;
  readonly #server: number;
  readonly #keysBy: KeysBy;
  readonly #id = Math.random().toString(36).slice(2);
  #sequence = 1;
  #target: string;
  #to: string;
  readonly #answers: Message[] = [];

  private constructor(socket: Socket, rtp: Rtp, server: number, extension: string, keysBy: KeysBy) {
    this.#socket = socket;
    this.rtp = rtp;
    this.#server = server;
    this.#keysBy = keysBy;
    this.#target = `sip:${extension}@127.0.0.1:${server}`;
    this.#to = `<${this.#target}>`;
    socket.on('message', (packet) => this.#receive(parsed(packet.toString())));
  }

  /** Calls an extension at Asterisk's SIP port, and waits for the answer. */
  static async call(sipPort: number, extension: string, keysBy: KeysBy = 'rtp'): Promise<SipPhone> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const phone = new SipPhone(socket, await Rtp.open(), sipPort, extension, keysBy);
    const answer = await phone.#ask('INVITE', 'application/sdp', phone.#offer());
    phone.#to = answer.headers.to ?? '';
    phone.#target = /<([^>]+)>/.exec(answer.headers.contact ?? '')?.[1] ?? phone.#target;
    phone.#send('ACK', phone.#sequence);
    const [, address = ''] = /^c=IN IP4 (\S+)/m.exec(answer.body) ?? [];
    const [, port] = /^m=audio (\d+)/m.exec(answer.body) ?? [];
    phone.rtp.start({ address, port: Number(port) });
    return phone;
  }

  /**
   * Presses keys, each so long, with a pause after each.
   *
   * @returns when the first key was sent to its end: milliseconds of `performance.now()`
   */
  async press(keys: string, { ms = 40, pauseMs = 20 } = {}): Promise<number> {
    let first: number | undefined;
    for (const key of keys) {
      const sent = await this.#pressOne(key, ms);
      first ??= sent;
      await sleep(pauseMs);
    }
    return first ?? performance.now();
  }

  async hangUp(): Promise<void> {
    if (!this.isOver) await this.#ask('BYE');
    this.isOver = true;
    this.close();
  }

  /** Frees the phone's ports, with or without a call. */
  close(): void {
    if (this.#sequence === 0) return;
    this.#sequence = 0;
    this.rtp.close();
    this.#socket.close();
  }

  async #pressOne(key: string, ms: number): Promise<number> {
    if (this.#keysBy === 'rtp') return this.rtp.press(key, ms);
    const sent = performance.now();
    await this.#ask('INFO', 'application/dtmf-relay', `Signal=${key}\r\nDuration=${ms}\r\n`);
    return sent;
  }

  /** Sends a request, and waits for its final response. */
  async #ask(method: string, type?: string, body = ''): Promise<Message> {
    const sequence = ++this.#sequence;
    this.#send(method, sequence, type, body);
    const answer = await until(`a response to ${method}`, () =>
      this.#answers.find(({ line, headers }) => headers.cseq === `${sequence} ${method}` && !/^SIP\S+ 1/.test(line)),
    );
    if (!answer.line.startsWith('SIP/2.0 200')) throw new Error(`Expected 200 to ${method}, got ${answer.line}`);
    return answer;
  }

  #send(method: string, sequence: number, type?: string, body = ''): void {
    const { port } = this.#socket.address();
    this.#write([
      `${method} ${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${this.#id}${sequence}${method}`,
      `From: <sip:alice@127.0.0.1:${port}>;tag=${this.#id}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.#id}@127.0.0.1`,
      `CSeq: ${sequence} ${method}`,
      `Contact: <sip:alice@127.0.0.1:${port}>`,
      'Max-Forwards: 70',
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${body.length}`,
      '',
      body,
    ]);
  }

  #receive(message: Message): void {
    if (message.line.startsWith('SIP/2.0')) {
      this.#answers.push(message);
      return;
    }
    if (message.line.startsWith('ACK')) return;
    if (message.line.startsWith('BYE')) this.isOver = true;
    const { via, from, to, cseq, 'call-id': id } = message.headers;
    const headers = [`Via: ${via}`, `From: ${from}`, `To: ${to}`, `Call-ID: ${id}`, `CSeq: ${cseq}`];
    this.#write(['SIP/2.0 200 OK', ...headers, 'Content-Length: 0', '', '']);
  }

  #write(lines: readonly string[]): void {
    this.#socket.send(lines.join('\r\n'), this.#server, '127.0.0.1');
  }

  #offer(): string {
    const lines = ['v=0', 'o=alice 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
    const types = this.#keysBy === 'rtp' ? `${ULAW} ${KEYS}` : `${ULAW}`;
    lines.push(`m=audio ${this.rtp.port} RTP/AVP ${types}`, `a=rtpmap:${ULAW} PCMU/8000`);
    if (this.#keysBy === 'rtp') lines.push(`a=rtpmap:${KEYS} telephone-event/8000`, `a=fmtp:${KEYS} 0-15`);
    return `${lines.join('\r\n')}\r\n`;
  }
}

function parsed(text: string): Message {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [line = '', ...rest] = head.split('\r\n');
  const headers = rest.map((each) => {
    const at = each.indexOf(':');
    return [each.slice(0, at).trim().toLowerCase(), each.slice(at + 1).trim()] as const;
  });
  return { line, headers: Object.fromEntries(headers), body };
}
