import { request } from 'node:http';
import type { FeedMessage } from '../../lib/local/console/feed.ts';
import type { Step } from '../../lib/local/trace/step.ts';

/** Reads a console's feed as its page does, until it is stopped. */
export function watchConsole(url: string) {
  const messages: FeedMessage[] = [];
  const outgoing = request(`${url}/api/feed`, { agent: false }, (incoming) => {
    let text = '';
    incoming.on('error', () => {});
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) messages.push(JSON.parse(frame.slice('data: '.length)) as FeedMessage);
    });
  });
  outgoing.on('error', () => {});
  outgoing.end();
  return {
    messages,
    /** Each step as it was sent last. */
    get steps(): Step[] {
      return [...new Map(messages.flatMap(({ steps }) => steps).map((step) => [step.number, step])).values()];
    },
    stop: (): void => void outgoing.destroy(),
  };
}
