import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A network between a connector and Asterisk that can be cut, and that can swallow what Asterisk says. */
export class TcpProxy {
  readonly #target: URL;
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #server: Server;
  /** New connections are refused. */
  #down = false;
  #swallows = false;
  /** How often somebody connected, or tried to. */
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

  /** The same as what it stands before, by way of this. */
  get url(): string {
    const { port } = this.#server.address() as { port: number };
    return `http://127.0.0.1:${port}${this.#target.pathname}`;
  }

  /** From now on nothing that Asterisk sends arrives, and nobody notices. */
  swallow(): void {
    this.#swallows = true;
  }

  /** Nothing passes over the connections of now any more, in neither direction, and neither side is told. */
  freeze(): void {
    for (const socket of [...this.#pairs].flat()) {
      socket.removeAllListeners('data').removeAllListeners('close').pause();
    }
  }

  /** Ends all connections, and takes no new ones until `restore`. */
  cut(): void {
    this.#down = true;
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  restore(): void {
    this.#down = false;
    this.#swallows = false;
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
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (!this.#swallows) near.write(data);
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
