import type { Fact, FactKey, Leg } from '../flow/fact.ts';
import type { Inbox, Wait } from '../flow/inbox.ts';

interface Item {
  facts: Map<FactKey, Fact>;
  /** By execution. */
  waits: Map<string, Wait>;
}

/** The inboxes of a test's flows: what `dynamoDbInbox` does, without a table. */
export function inMemoryInbox(): Inbox {
  const items = new Map<string, Item>();
  const itemOf = ({ node, channelId }: Leg): Item => {
    const key = `${node}/${channelId}`;
    const item = items.get(key) ?? { facts: new Map(), waits: new Map() };
    items.set(key, item);
    return item;
  };
  const found = (item: Item, keys: readonly FactKey[]): Fact[] => keys.flatMap((key) => item.facts.get(key) ?? []);
  return {
    async append(leg, given) {
      const { facts, waits } = itemOf(leg);
      const fact = facts.get(given.key) ?? given;
      facts.set(fact.key, fact);
      const waiting = [...waits.values()].filter(({ keys }) => keys.includes(fact.key));
      return { fact, callbacks: waiting.map(({ callback }) => callback) };
    },
    async wait(leg, execution, wait, read) {
      const item = itemOf(leg);
      const facts = found(item, wait.keys);
      if (facts.length > 0) return facts;
      item.waits.set(execution, wait);
      for (const key of read) item.facts.delete(key);
      return [];
    },
    look: async (leg, keys) => found(itemOf(leg), keys),
  };
}
