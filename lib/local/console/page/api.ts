import type { DetailView } from '../step-view.ts';

/** Sends a request to the console's server. @throws with the server's message */
async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    method,
    ...(method !== 'GET' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
  });
  const answer = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(answer.message ?? `The console answered ${response.status}`);
  return answer;
}

export function fetchDetail(step: number): Promise<DetailView> {
  return ask('GET', `steps/${step}`);
}

export function dial(extension: string, name: string, number: string): Promise<{ channelId: string }> {
  return ask('POST', 'calls', { extension, name, number });
}

export function press(channelId: string, digit: string): Promise<object> {
  return ask('POST', `calls/${encodeURIComponent(channelId)}/digits`, { digit });
}

export function hangUp(channelId: string): Promise<object> {
  return ask('DELETE', `calls/${encodeURIComponent(channelId)}`);
}

export function answer(channelId: string): Promise<object> {
  return ask('POST', `calls/${encodeURIComponent(channelId)}/answer`);
}

/** @param cause the cause of Q.850: 21 declined, 17 busy */
export function decline(channelId: string, cause: 21 | 17): Promise<object> {
  return ask('POST', `calls/${encodeURIComponent(channelId)}/decline`, { cause });
}

export function sendEvent(event: object): Promise<object> {
  return ask('POST', 'events', event);
}
