import { EVENTS_HOST, TABLE_HOST } from './aws-modules.ts';
import { Disk } from './disk.ts';
import type { Random } from './random.ts';
import { Task, type World } from './task.ts';

/** As the stack deploys it (`lib/cdk/connector-service.ts`). */
const HEALTH_INTERVAL_MS = 10_000;
const HEALTH_TIMEOUT_MS = 5000;
const HEALTH_RETRIES = 3;

/** How long a new task takes to begin at the most, as on Fargate, and a new process on a machine that is there. */
const NEW_TASK_MS = 30_000;
const NEW_PROCESS_MS = 4000;
/** How long a deployment with a wrong port lasts, if its health check does not end it before. */
const WRONG_MS = 60_000;
/** How long a task has to run before others know that it works. */
const SETTLED_MS = 20_000;

/**
 * How tasks get their disks: each task a new one that ends with it, as on Fargate, or each place a disk that stays, as on
 * a machine of one's own.
 */
export type Disks = 'new' | 'kept';

/** ECS: keeps the wanted number of tasks running, replaces them in a deployment, and asks their health. */
export class Service {
  readonly #world: World;
  readonly #random: Random;
  readonly #disks: Disks;
  readonly #stopTimeoutMs: number;
  /** By place: the disk that stays, and the tasks; more than one only during a deployment. */
  readonly #places: { disk: Disk; tasks: Task[] }[];
  /** Ended tasks too. */
  readonly all: Task[] = [];
  #stopped = false;

  constructor(world: World, random: Random, count: number, disks: Disks, stopTimeoutMs: number) {
    this.#world = world;
    this.#random = random;
    this.#disks = disks;
    this.#stopTimeoutMs = stopTimeoutMs;
    this.#places = Array.from({ length: count }, () => ({ disk: new Disk(), tasks: [] }));
  }

  /** How many tasks it keeps running. */
  get count(): number {
    return this.#places.length;
  }

  get running(): Task[] {
    return this.#places.flatMap(({ tasks }) => tasks);
  }

  start(): void {
    for (const place of this.#places.keys()) this.#launch(place);
  }

  /** No task is replaced from now on. */
  end(): void {
    this.#stopped = true;
    for (const task of this.running) task.process.kill();
  }

  /** A rolling deployment: a new task first, where disks allow it; the old one stops when the new one is healthy. */
  deploy(): void {
    for (const [place, { tasks }] of this.#places.entries()) {
      const old = [...tasks];
      if (this.#disks === 'kept') for (const task of old) this.stop(task);
      else this.#launch(place, () => old.map((task) => this.stop(task)));
    }
  }

  /** SIGTERM, and SIGKILL where it takes too long. */
  stop(task: Task): void {
    this.#noteHeld(task);
    task.process.signal('SIGTERM');
    this.#world.clock.after(this.#stopTimeoutMs, () => task.process.kill());
  }

  /** Starts a second process on a task's disk. It is expected to end at once. */
  startBeside({ disk }: Task): void {
    // A disk that cannot be written has no lock.
    if (disk.trouble.broken) return;
    const second = new Task(this.#world, `task-${this.all.length + 1}`, disk, (code) => {
      if (code === 1) this.#world.ledger.count('path: second process on a folder refused');
    });
    this.all.push(second);
    second.start();
  }

  /**
   * A deployment with a wrong port: the new task reaches no Asterisk. Where another one works, and the new one can know it,
   * the health check has to say that the new one must not replace it.
   */
  deployWrongPort(): void {
    const { clock, ledger } = this.#world;
    let isHealthy = false;
    let othersWork = true;
    const task = new Task(
      this.#world,
      `task-${this.all.length + 1}`,
      new Disk(),
      () => {
        if (!isHealthy) ledger.count('path: deployment that reaches no Asterisk ended');
      },
      false,
    );
    const look = (): void => {
      othersWork &&= this.#works();
      if (!isHealthy && task.process.isAlive) clock.after(500, look);
    };
    this.all.push(task);
    task.start();
    look();
    this.#watch(task, () => {
      isHealthy = true;
      if (othersWork) ledger.violate('unheld', `${task.name} reaches no Asterisk, and is healthy beside one that does`);
    });
    clock.after(WRONG_MS, () => task.process.kill());
  }

  /** Whether each app is held by a task that has worked for a while, and that nothing hinders to say so. */
  #works(): boolean {
    const { pbxes, bus, table, network, ledger } = this.#world;
    if (!bus.isWell || table.wasInTrouble || ledger.poisoned.size > 0) return false;
    return pbxes.every((pbx) =>
      pbx.apps.every((app) => {
        const holder = this.running.find(({ name }) => name === pbx.holderOf(app));
        if (!holder || holder.process.isFrozen || this.#world.clock.time - holder.startedAt < SETTLED_MS) return false;
        return [pbx.host, EVENTS_HOST, TABLE_HOST].every((host) => network.isWell(holder.name, host));
      }),
    );
  }

  kill(task: Task): void {
    this.#noteHeld(task);
    task.process.kill();
  }

  #noteHeld({ name }: Task): void {
    const { ledger, pbxes } = this.#world;
    if (ledger.heldAtEnd.has(name)) return;
    const held = pbxes.flatMap((pbx) =>
      pbx.apps.filter((app) => pbx.holderOf(app) === name).map((app) => `${pbx.name} ${app}`),
    );
    ledger.heldAtEnd.set(name, new Set(held));
  }

  /** The machine under a task loses power. Its sockets are not closed; Asterisk ends them when it has waited long enough. */
  losePower(task: Task, silentMs: number): void {
    const { network, pbxes, clock, ledger } = this.#world;
    this.#noteHeld(task);
    for (const pbx of pbxes) {
      network.cut(task.name, pbx.host);
      clock.after(silentMs, () => pbx.endSilent(task.name));
    }
    task.process.kill();
    task.disk.losePower(clock.time, this.#random);
    ledger.crashedDisks.set(task.name, clock.time);
  }

  #launch(place: number, onHealthy: () => void = () => {}): void {
    const at = this.#places[place] as { disk: Disk; tasks: Task[] };
    const { ledger, clock } = this.#world;
    const disk = this.#disks === 'new' ? new Disk() : at.disk;
    const name = `task-${this.all.length + 1}`;
    const task = new Task(this.#world, name, disk, (code) => {
      at.tasks = at.tasks.filter((other) => other !== task);
      if (this.#disks === 'new') ledger.lostDisks.set(name, code === undefined ? 'killed' : 'stopped');
      if (this.#stopped || at.tasks.length > 0) return;
      clock.after(this.#random.between(500, this.#disks === 'new' ? NEW_TASK_MS : NEW_PROCESS_MS), () => {
        if (!this.#stopped && at.tasks.length === 0) this.#launch(place);
      });
    });
    at.tasks.push(task);
    this.all.push(task);
    task.start();
    this.#watch(task, onHealthy);
  }

  #watch(task: Task, onHealthy: () => void): void {
    let failures = 0;
    let healthy = false;
    const ask = (): void => {
      if (!task.process.isAlive) return;
      task.askHealth(HEALTH_TIMEOUT_MS, (status) => {
        if (!task.process.isAlive) return;
        failures = status === 200 ? 0 : failures + 1;
        if (status === 200 && !healthy) {
          healthy = true;
          onHealthy();
        }
        if (failures === HEALTH_RETRIES) {
          this.#world.ledger.count('path: replaced as unhealthy');
          this.stop(task);
        }
      });
      this.#world.clock.after(HEALTH_INTERVAL_MS, ask);
    };
    this.#world.clock.after(HEALTH_INTERVAL_MS, ask);
  }
}
