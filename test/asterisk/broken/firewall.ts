import { execFileSync } from 'node:child_process';

/** Rules of nftables for one port of loopback, in a table of their own. */
export class Firewall {
  readonly #table = `ari-eventbridge-test-${process.pid}`;

  /** @param verdict what becomes of packets to the port, such as `drop` or `reject with tcp reset` */
  block(port: number | string, verdict: string): void {
    nft(`table inet ${this.#table} {
      chain input { type filter hook input priority 0; iifname "lo" tcp dport ${port} ${verdict}; }
    }`);
  }

  open(): void {
    nft(`table inet ${this.#table} {}\ndelete table inet ${this.#table}`);
  }
}

function nft(rules: string): void {
  execFileSync('nft', ['-f', '-'], { input: rules, stdio: ['pipe', 'ignore', 'inherit'] });
}
