const LARGEST = 2 ** 31;

/** A seed that no run before had. */
export function newSeed(): number {
  return Math.floor(Math.random() * LARGEST);
}

/**
 * Runs a test once for each of many new seeds. Where one fails, the error names the seed, and the environment variable
 * `SEED` repeats that one alone.
 *
 * @example
 * await forSeeds(100, async (seed) => {
 *   const pbx = await testCalls({ Pin: handler }, { delivery: 'concurrently', seed });
 *   const call = await pbx.dial('Pin');
 *   await call.press('4711');
 *   await pbx.settled();
 *   expect(call.heard.at(-1)).toBe('sound:auth-thankyou');
 * });
 */
export async function forSeeds(count: number, run: (seed: number) => Promise<void>): Promise<void> {
  const asked = process.env.SEED;
  const first = asked === undefined ? newSeed() : Number(asked);
  for (let at = 0; at < (asked === undefined ? count : 1); at++) {
    const seed = (first + at) % LARGEST;
    try {
      await run(seed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Seed ${seed} fails, number ${at + 1} of ${count} (SEED=${seed} repeats it): ${reason}`, {
        cause: error,
      });
    }
  }
}
