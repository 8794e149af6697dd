import * as crypto from 'node:crypto';
import * as path from 'node:path';
import { TLSSocket } from 'node:tls';
import * as zlib from 'node:zlib';
import type { Disk, DiskWatch } from './disk.ts';
import type { Program } from './program.ts';
import type { Random } from './random.ts';
import { sqliteModule } from './sqlite-module.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SimProcessOptions {
  program: Program;
  clock: VirtualClock;
  random: Random;
  disk: Disk;
  diskWatch: DiskWatch;
  env: Record<string, string>;
  /** What the process imports besides `node:fs`, `node:crypto`, timers and the like. */
  modules(process: SimProcess): Record<string, object>;
  onLine(line: string): void;
  /** @param crash the error that nobody caught */
  onExit(code: number | undefined, crash: unknown): void;
}

/** One for all: each would cost a stack trace. */
const TIMED_OUT = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

class Timer {
  cancel: () => void = () => {};
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
}

/**
 * A process that runs the connector's program. Whatever comes to it from outside, a timer included, is a task of its event
 * loop: it waits while the process is stopped (SIGSTOP) or waits for its disk.
 */
export class SimProcess {
  readonly #options: SimProcessOptions;
  readonly #signals = new Map<string, () => void>();
  readonly #tasks: (() => void)[] = [];
  #pumping = false;
  #alive = true;
  #frozen = 0;
  #busyUntil = 0;
  #clockOffset = 0;
  /** Called when the process has ended: what the kernel closes. */
  readonly onEnd: (() => void)[] = [];

  constructor(options: SimProcessOptions) {
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  get isFrozen(): boolean {
    return this.#frozen > 0;
  }

  /** The time as the process sees it. */
  get time(): number {
    return this.#options.clock.time + this.#clockOffset;
  }

  start(): void {
    const { program } = this.#options;
    const modules = this.#modules();
    const require = (name: string): object => {
      const module = modules[name];
      if (!module) throw new Error(`the simulation has no module ${name}`);
      return module;
    };
    const builtin = (name: string): object => require(name);
    this.deliver(() => program(require, { ...this.#timers(), ...this.#times(), process: this.#process(builtin) }));
  }

  /** Runs a task when the process has time for it. */
  deliver(task: () => void): void {
    if (!this.#alive) return;
    if (this.#tasks.length === 0 && !this.#isBusy) this.#run(task);
    else {
      this.#tasks.push(task);
      this.#pump();
    }
  }

  signal(name: 'SIGTERM'): void {
    this.deliver(() => this.#signals.get(name)?.());
  }

  kill(): void {
    this.#end(undefined, undefined);
  }

  /** SIGSTOP. @returns a function that lets it go on */
  freeze(): () => void {
    this.#frozen += 1;
    return () => {
      this.#frozen -= 1;
      this.#pump();
    };
  }

  /** How far its clock is ahead of the run's time. */
  get clockOffset(): number {
    return this.#clockOffset;
  }

  /** Moves the process's system clock. */
  moveClock(ms: number): void {
    this.#clockOffset += ms;
  }

  get #isBusy(): boolean {
    return this.#frozen > 0 || this.#options.clock.time < this.#busyUntil;
  }

  #pump(): void {
    if (this.#pumping || this.#tasks.length === 0 || this.#frozen > 0 || !this.#alive) return;
    this.#pumping = true;
    const { clock } = this.#options;
    clock.after(this.#busyUntil - clock.time, () => {
      this.#pumping = false;
      if (!this.#alive) return;
      if (!this.#isBusy) {
        const task = this.#tasks.shift();
        if (task) this.#run(task);
      }
      this.#pump();
    });
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#end(1, error);
    }
  }

  #end(code: number | undefined, crash: unknown): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#tasks.length = 0;
    for (const close of this.onEnd.splice(0)) close();
    this.#options.onExit(code, crash);
  }

  #process(builtin: (name: string) => object): object {
    const { env, onLine } = this.#options;
    return {
      env,
      pid: 1,
      stdout: { write: (text: string) => this.#alive && onLine(text.trimEnd()) },
      on: (name: string, action: () => void) => this.#signals.set(name, action),
      exit: (code: number) => this.#end(code, undefined),
      getBuiltinModule: builtin,
      memoryUsage: { rss: () => 0 },
    };
  }

  #modules(): Record<string, object> {
    const { clock, disk, random, modules } = this.#options;
    const { setTimeout } = this.#timers();
    const fs = disk.fs(
      () => clock.time,
      (ms) => {
        this.#busyUntil = Math.max(this.#busyUntil, clock.time) + ms;
      },
      this.#options.diskWatch,
    );
    return {
      'node:fs': guarded(fs, () => this.#alive),
      'node:crypto': { ...crypto, randomUUID: () => random.uuid() },
      'node:path': path,
      'node:sqlite': sqliteModule(disk, this),
      'node:tls': { TLSSocket },
      'node:zlib': zlib,
      'node:perf_hooks': {
        monitorEventLoopDelay: () => ({ enable() {}, disable() {}, reset() {}, percentile: () => 0 }),
      },
      'node:timers/promises': {
        setTimeout: (ms: number) => new Promise<unknown>((resolve) => setTimeout(resolve, ms)),
      },
      ...modules(this),
    };
  }

  #timers() {
    const { clock } = this.#options;
    const setTimer = (action: (...given: unknown[]) => void, ms = 0, repeats = false, given: unknown[] = []): Timer => {
      const timer = new Timer();
      let cancelled = false;
      const arm = (): void => {
        const takeBack = clock.after(Math.max(1, ms), () =>
          this.deliver(() => {
            if (cancelled) return;
            if (repeats) arm();
            action(...given);
          }),
        );
        timer.cancel = () => {
          cancelled = true;
          takeBack();
        };
      };
      arm();
      return timer;
    };
    const clear = (timer: Timer | undefined): void => timer?.cancel();
    return {
      setTimeout: (action: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) =>
        setTimer(action, ms, false, given),
      setInterval: (action: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) =>
        setTimer(action, ms, true, given),
      // After what comes at the same time.
      setImmediate: (action: () => void) => clock.after(0, () => this.deliver(action)),
      queueMicrotask: (task: () => void) => queueMicrotask(() => this.#run(task)),
      clearTimeout: clear,
      clearInterval: clear,
    };
  }

  #times() {
    const { random } = this.#options;
    const { setTimeout } = this.#timers();
    const now = (): number => this.time;
    const Time = new Proxy(Date, {
      construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
      get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    });
    return {
      Date: Time,
      performance: { now: () => this.#options.clock.time },
      Math: Object.create(Math, { random: { value: () => random.next() } }) as Math,
      AbortSignal: {
        any: (signals: AbortSignal[]) => AbortSignal.any(signals),
        timeout: (ms: number) => {
          const controller = new AbortController();
          setTimeout(() => controller.abort(TIMED_OUT), ms);
          return controller.signal;
        },
      },
    };
  }
}

/** A process that has ended writes nothing more, whatever its promises still do. */
function guarded(fs: object, isAlive: () => boolean): object {
  return new Proxy(fs, {
    get: (target, key) => {
      const operation: unknown = Reflect.get(target, key);
      if (typeof operation !== 'function') return operation;
      return (...given: unknown[]) => {
        if (!isAlive()) throw new Error('the process has ended');
        return operation(...given) as unknown;
      };
    },
  });
}
