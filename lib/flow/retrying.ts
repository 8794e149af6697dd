import { isFinal } from '../call-handler/give-up.ts';

/** When a step is tried again: after 1, 2, 4 … seconds, unless a retry cannot succeed. The caller waits meanwhile. */
export function retrying(attempts: number): (error: Error, attempt: number) => Retry {
  return (error, attempt) => {
    if (attempt >= attempts || isFinal(error)) return { shouldRetry: false };
    return { shouldRetry: true, delay: { seconds: 2 ** (attempt - 1) } };
  };
}

interface Retry {
  shouldRetry: boolean;
  delay?: { seconds: number };
}
