import { onTestFinished } from 'vitest';
import type { Check } from '../../../../lib/asterisk/doctor/check.ts';
import { Examination, type Patient } from '../../../../lib/asterisk/doctor/examination.ts';
import type { Outcome } from '../../../../lib/asterisk/doctor/finding.ts';
import { AriPeer } from '../../../support/ari-peer.ts';

export const USERS = {
  connector: { username: 'connector', password: 'c' },
  handlers: { username: 'handlers', password: 'h' },
};

/** An examination in which both users are accepted already. */
export function visitOf(patient: Partial<Patient> & { url: string }): Examination {
  const examination = new Examination({ apps: [], users: USERS, ...patient });
  examination.accepted.set('connector', USERS.connector).set('handlers', USERS.handlers);
  onTestFinished(async () => {
    await examination.end();
  });
  return examination;
}

/** An examination of a peer that answers as the test sets it, by path below `/ari`. */
export async function visitPeer(answers: Record<string, object | number>, patient: Partial<Patient> = {}) {
  const peer = await AriPeer.start();
  onTestFinished(() => peer.close());
  Object.assign(peer.answers, { '/asterisk/ping': 404 }, answers);
  return { peer, examination: visitOf({ url: peer.url, ...patient }) };
}

export async function outcomes(check: Check, examination: Examination): Promise<Outcome[]> {
  return [await check.look(examination)].flat();
}
