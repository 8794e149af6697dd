import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A network between a connector and Asterisk that can be cut, and that can drop what Asterisk sends. */
export class TcpProxy {
  readonly #target: URL;
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #server: Server;
  /** New connections are refused. */
  #down = false;
  #isMute = false;
  #drops = false;
  /** How many connections were made or attempted. */
  attempts = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((near) => this.#connect(near));
  }

  static async before(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The URL of the target, through this proxy. */
  get url(): string {
    const { port } = this.#server.address() as { port: number };
    return `http://127.0.0.1:${port}${this.#target.pathname}`;
  }

  /** Drops everything that Asterisk sends, without an error on either side. */
  mute(): void {
    this.#isMute = true;
  }

  /** Stops all traffic of the current connections, in both directions, without an error on either side. */
  freeze(): void {
    for (const socket of [...this.#pairs].flat()) {
      socket.removeAllListeners('data').removeAllListeners('close').pause();
    }
  }

  /** Drops all packets of present and new connections, without an error on either side. */
  drop(): void {
    this.#drops = true;
    this.freeze();
  }

  /** Closes all connections, and accepts no new ones until `restore`. */
  cut(): void {
    this.#down = true;
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  restore(): void {
    this.#down = false;
    this.#isMute = false;
    this.#drops = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #connect(near: Socket): void {
    this.attempts += 1;
    if (this.#down) {
      near.destroy();
      return;
    }
    const far = createConnection(Number(this.#target.port), this.#target.hostname);
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    near.on('data', (data) => {
      if (!this.#drops) far.write(data);
    });
    far.on('data', (data) => {
      if (!this.#isMute && !this.#drops) near.write(data);
    });
    for (const [one, other] of [pair, pair.toReversed() as typeof pair]) {
      one.on('error', () => one.destroy());
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
