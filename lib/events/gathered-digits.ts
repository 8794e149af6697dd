interface Digit {
  /** Of its event. */
  number: number;
  key: string;
  /** When it was pressed, in milliseconds since 1970. */
  at: number;
}

/** What ends a gather. */
export interface DigitLimits {
  /** '' for none. */
  finishOnKey: string;
  maxDigits: number;
}

/** Digits that were collected by events, each once, in the order of their events and not of their arrival. */
export interface GatheredDigits {
  /** Without the finishing key. */
  text: string;
  /** The latest digit. */
  last: Digit | undefined;
  /** The event whose digit arrived first. */
  firstAppended: number | undefined;
  /** The event of the finishing key. */
  finishedBy: number | undefined;
  /** There are as many as were asked for. */
  isFull: boolean;
}

/**
 * @param all `NUMBER-KEY-MILLISECONDS|…` in the order in which they arrived; the time may be absent
 * @param list only digits of later events count
 */
export function gatheredDigits(all: string, list: string, { finishOnKey, maxDigits }: DigitLimits): GatheredDigits {
  const appended = all.split('|').flatMap((one): Digit[] => {
    const [number = '', key = '', at = ''] = one.split('-');
    return key !== '' && Number(number) > Number(list) ? [{ number: Number(number), key, at: Number(at) }] : [];
  });
  const sorted = [...new Map(appended.map((digit) => [digit.number, digit])).values()].toSorted(
    (a, b) => a.number - b.number,
  );
  const end = finishOnKey === '' ? -1 : sorted.findIndex(({ key }) => key === finishOnKey);
  const before = end < 0 ? sorted : sorted.slice(0, end);
  return {
    text: before
      .map(({ key }) => key)
      .join('')
      .slice(0, maxDigits),
    last: sorted.at(-1),
    firstAppended: appended[0]?.number,
    finishedBy: sorted[end]?.number,
    isFull: before.length >= maxDigits,
  };
}

/**
 * How the variable begins that has the digits of a caller who hangs up: the limits, so that who reads it needs nothing else.
 * Each digit is appended to it, as `|NUMBER-KEY`.
 */
export function untilHangUp({ finishOnKey, maxDigits }: DigitLimits): string {
  return `${finishOnKey}-${maxDigits}`;
}

/** @returns the digits that such a variable has */
export function digitsUntilHangUp(text: string, list: string): string {
  const [limits = '', ...digits] = text.split('|');
  const [finishOnKey = '', maxDigits] = limits.split('-');
  return gatheredDigits(digits.join('|'), list, { finishOnKey, maxDigits: Number(maxDigits) }).text;
}
