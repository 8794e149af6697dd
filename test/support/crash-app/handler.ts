const ways: Record<string, () => unknown> = {
  Throws: () => {
    throw new TypeError('no such room');
  },
  Hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  Exits: () => process.exit(7),
  Eats: () => {
    const kept = [];
    for (;;) kept.push(new Array(100_000).fill(Math.random()));
  },
};

export const handler = async ({ detail }: { detail: { application: string } }) => ways[detail.application]?.();
