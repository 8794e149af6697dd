let lastTimestamp = '';
let lastTime = Number.NaN;

/**
 * Reads Asterisk's time format, `2026-11-23T08:24:51.242+0000`, with an offset without a colon.
 *
 * @returns epoch milliseconds; `undefined` for any other text
 */
export function timeOf(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'string') return undefined;
  // Many events share a millisecond.
  if (timestamp !== lastTimestamp) {
    lastTimestamp = timestamp;
    lastTime = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  }
  return Number.isNaN(lastTime) ? undefined : lastTime;
}
