import { parseJsonObject } from '../../lib/json.ts';
import { eventBridgeSdk, type Secrets, secretsManagerSdk, undiciModule } from './aws-modules.ts';
import type { Disk } from './disk.ts';
import type { EventBridgeService } from './event-bridge.ts';
import { type AskHealth, httpModule } from './http-module.ts';
import type { Ledger } from './ledger.ts';
import type { Network } from './network.ts';
import type { Pbx } from './pbx.ts';
import type { Program } from './program.ts';
import { Random } from './random.ts';
import { SimProcess } from './sim-process.ts';
import type { SqsService } from './sqs-service.ts';
import type { TableService } from './table-service.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { webSocketModule } from './web-socket.ts';

/** Everything around the connectors. */
export interface World {
  seed: number;
  program: Program;
  clock: VirtualClock;
  network: Network;
  bus: EventBridgeService;
  queue: SqsService;
  table: TableService;
  secrets: Secrets;
  pbxes: readonly Pbx[];
  ledger: Ledger;
  env: Record<string, string>;
}

/** The largest values that a task reached. */
export interface Peaks {
  sockets: number;
  ariRequests: number;
  busRequests: number;
  diskBytes: number;
}

/** How often a process wrote, by node. */
export interface NodeFiles {
  saves: number;
  segments: number;
}

/** A container with one connector. */
export class Task {
  readonly name: string;
  readonly disk: Disk;
  readonly process: SimProcess;
  readonly peaks: Peaks = { sockets: 0, ariRequests: 0, busRequests: 0, diskBytes: 0 };
  readonly startedAt: number;
  readonly files = new Map<string, NodeFiles>();
  readonly #world: World;
  #askHealth: AskHealth | undefined;

  /** @param reachesAsterisk false for one that is configured with a wrong port */
  constructor(
    world: World,
    name: string,
    disk: Disk,
    onExit: (code: number | undefined) => void,
    reachesAsterisk = true,
  ) {
    const { seed, program, clock, network, bus, queue, table, secrets, ledger, env } = world;
    this.#world = world;
    this.name = name;
    this.disk = disk;
    this.startedAt = clock.time;
    ledger.diskOf.set(name, disk);
    const { peaks } = this;
    const counter = (key: 'sockets' | 'ariRequests' | 'busRequests'): ((change: number) => void) => {
      let now = 0;
      return (change) => {
        now += change;
        peaks[key] = Math.max(peaks[key], now);
      };
    };
    const pbxAt = (url: URL): Pbx => {
      const pbx = world.pbxes.find(({ host }) => host === url.hostname);
      if (!pbx) throw new Error(`no Asterisk at ${url.hostname}`);
      return reachesAsterisk ? pbx : pbx.otherPort();
    };
    this.process = new SimProcess({
      program,
      clock,
      disk,
      diskWatch: {
        onFile: (path) => this.#countFile(path),
        onEndlessRead: () => ledger.violate('bound', `${name} reads without end where a file of its journal has ended`),
      },
      env,
      random: new Random(seed, name),
      modules: (process) => {
        const around = { clock, network, process, name, host: name, pbxAt, bus, queue, table, secrets };
        return {
          ws: webSocketModule({
            ...around,
            onCount: counter('sockets'),
            onHolderLost: (pbx) => ledger.lastLost.set(`${name} ${pbx}`, clock.time),
          }),
          undici: undiciModule({ ...around, onCount: counter('busRequests') }),
          '@aws-sdk/client-eventbridge': eventBridgeSdk(),
          '@aws-sdk/client-secrets-manager': secretsManagerSdk({ ...around, onCount: () => {} }),
          'node:http': httpModule({
            ...around,
            onCount: counter('ariRequests'),
            onServer: (ask) => {
              this.#askHealth = ask;
            },
          }),
        };
      },
      onLine: (line) => this.#read(line),
      onExit: (code, crash) => {
        ledger.count(code === undefined ? 'path: killed' : `path: exit ${code}`);
        if (code === undefined) ledger.killed.add(name);
        ledger.endedAt.set(name, clock.time);
        if (crash !== undefined) {
          ledger.violate('crash', `${name} crashed: ${crash instanceof Error ? crash.stack : String(crash)}`);
        }
        onExit(code);
      },
    });
  }

  start(): void {
    this.process.start();
  }

  /** Asks the container's health check. @param onStatus receives undefined where nothing answers in time */
  askHealth(timeoutMs: number, onStatus: (status: number | undefined) => void): void {
    let done = false;
    const answer = (status: number | undefined): void => {
      if (done) return;
      done = true;
      onStatus(status);
    };
    this.#world.clock.after(timeoutMs, () => answer(undefined));
    this.process.deliver(() => answer(this.#askHealth?.('/healthz')));
  }

  #countFile(path: string): void {
    const match = /([^/]+?)\.(state\.new|\d+\.journal)$/.exec(path);
    if (!match) return;
    const [, node = '', kind] = match;
    const files = this.files.get(node) ?? { saves: 0, segments: 0 };
    this.files.set(node, files);
    if (kind === 'state.new') files.saves += 1;
    else files.segments += 1;
  }

  #read(line: string): void {
    const { clock, ledger } = this.#world;
    const record = parseJsonObject(line);
    if (!record) {
      ledger.violate('protocol', `${this.name} wrote a line that is not a JSON object: ${line}`);
    } else if ('_aws' in record) {
      if (!('Node' in record) && 'EventsDropped' in record) {
        const dropped = Number(record.EventsDropped);
        ledger.droppedByMetric.set(this.name, (ledger.droppedByMetric.get(this.name) ?? 0) + dropped);
      }
      this.peaks.diskBytes = Math.max(this.peaks.diskBytes, this.disk.bytes);
    } else {
      const { level, message, ...fields } = record;
      if (message === 'Connected to Asterisk') ledger.openedBy.set(String(fields.connection), this.name);
      ledger.log.push({ at: clock.time, process: this.name, level: String(level), message: String(message), fields });
    }
  }
}
