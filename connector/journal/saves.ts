/** How long after its request a state is saved: requests in between need no save of their own. */
const AFTER_MS = 1000;
/** How long states are saved in one turn of the event loop; then events have their turn. */
const SLICE_MS = 2;
const BETWEEN_SLICES_MS = 20;

/** Saves the states of nodes soon, each once for any number of requests, a few at a time. */
export class Saves {
  readonly #save: (node: string) => void;
  readonly #nodes = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(save: (node: string) => void) {
    this.#save = save;
  }

  add(node: string): void {
    this.#nodes.add(node);
    this.#timer ??= setTimeout(() => this.#saveSome(), AFTER_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #saveSome(): void {
    const began = Date.now();
    for (const node of this.#nodes) {
      this.#nodes.delete(node);
      this.#save(node);
      if (Date.now() - began >= SLICE_MS) break;
    }
    this.#timer = this.#nodes.size > 0 ? setTimeout(() => this.#saveSome(), BETWEEN_SLICES_MS) : undefined;
    this.#timer?.unref();
  }
}
