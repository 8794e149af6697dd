import { Refusal } from './refusal.ts';

/** ARI's reasons for hanging up, and the causes (Q.850) that Asterisk makes of them. */
const CAUSES: Record<string, number> = {
  normal: 16,
  busy: 17,
  congestion: 34,
  no_answer: 19,
  timeout: 18,
  rejected: 21,
  unallocated: 1,
  normal_unspecified: 31,
  number_incomplete: 28,
  codec_mismatch: 58,
  interworking: 127,
  failure: 38,
  answered_elsewhere: 26,
};

const TEXTS: Record<number, string> = {
  0: 'Unknown',
  16: 'Normal Clearing',
  17: 'User busy',
  19: 'User alerting, no answer',
  21: 'Call Rejected',
  34: 'Circuit/channel congestion',
};

export function causeOf(reason = 'normal', code?: string): number {
  if (code !== undefined && code !== '') return Number(code);
  const cause = CAUSES[reason];
  if (cause === undefined) throw new Refusal(400, 'Invalid reason for hangup reason provided');
  return cause;
}

export function causeText(cause: number): string {
  return TEXTS[cause] ?? 'Unknown';
}

export function dialStatus(cause: number): string {
  if (cause === 17) return 'BUSY';
  return cause === 34 ? 'CONGESTION' : 'NOANSWER';
}
