import type { Verb } from './verb.ts';

/** Something that a flow can await, once: alone, or in `call.race` and `call.all`. It begins when it is awaited. */
export class Waiting<T> implements PromiseLike<T> {
  /** What is to be done; of the package alone. */
  readonly verb: Verb;
  readonly #run: (verb: Verb) => Promise<T>;
  #running: Promise<T> | undefined;

  constructor(verb: Verb, run: (verb: Verb) => Promise<T>) {
    this.verb = verb;
    this.#run = run;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#running ??= this.#run(this.verb);
    return this.#running.then(fulfilled, rejected);
  }
}
