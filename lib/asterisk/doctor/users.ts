import { confLine, PASSWORD_PLACE, statusFault } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Examination, Role } from './examination.ts';
import { error, fault, type Outcome, ok, skipped, warning } from './finding.ts';

const DOES: Record<Role, string> = { connector: 'receives events', handlers: 'commands calls' };
/** A hash of crypt(3): `$6$salt$…`, `$y$…`. */
const CRYPT = /^\$(1|2[abxy]|5|6|7|y|gy)\$/;

/** Asterisk accepts the user's name and password. */
function credentials(role: Role): Check {
  return {
    name: role,
    needs: ['ari'],
    async look(examination) {
      const user = examination.patient.users[role];
      if (!user) return skipped(`no credentials were given for the user that ${DOES[role]}`);
      const answer = await examination.ask('/ari/asterisk/ping', { as: user });
      if (answer.status === 401 || answer.status === 403) {
        const { from } = examination;
        const found = statusFault(answer, { ...examination.target, ...(from && { from }) }, user.username);
        return [fault(found), ...password(user.password, user.username)];
      }
      examination.accepted.set(role, user);
      return ok(`"${user.username}", which ${DOES[role]}, is accepted`);
    },
  };
}

export const connector = credentials('connector');
export const handlers = credentials('handlers');

/** Properties of a refused password that may be the reason. The findings do not contain the password. */
function password(text: string, username: string): Outcome[] {
  const write = confLine('ari.conf', username, 'password', PASSWORD_PLACE);
  if (CRYPT.test(text)) {
    return [
      warning(
        `the secret of "${username}" has a crypt(3) hash. The hash belongs in ari.conf, with password_format=crypt; the secret must have the password itself`,
        confLine('ari.conf', username, 'password_format', 'crypt'),
      ),
    ];
  }
  if (/;/.test(text)) {
    return [
      warning(
        `the password of "${username}" contains a ";", which starts a comment in ari.conf: write "\\;" there`,
        write,
      ),
    ];
  }
  if (text !== text.trim()) {
    return [warning(`the password of "${username}" begins or ends with white space, which ari.conf drops`, write)];
  }
  return [];
}

/** The connector's user may only read: its password, if stolen, cannot be used to command calls. */
export const connectorReadOnly: Check = {
  name: 'connector-read-only',
  needs: [],
  as: 'connector',
  async look(examination) {
    const { connector: user, handlers: other } = examination.patient.users;
    const username = examination.sectionOf('connector');
    if (user?.username === other?.username) {
      return skipped(`connector and handlers share the user "${username}", which must be able to write`);
    }
    if (!(await mayWrite(examination, 'connector'))) return ok(`"${username}" may only read, as it should`);
    return warning(
      `the user "${username}" may write, but does not need to: set read_only=yes in [${username}] of ari.conf`,
      confLine('ari.conf', username, 'read_only', 'yes'),
    );
  },
};

/** The handlers' user may write. */
export const handlersMayWrite: Check = {
  name: 'handlers-may-write',
  needs: [],
  as: 'handlers',
  async look(examination) {
    const username = examination.sectionOf('handlers');
    if (await mayWrite(examination, 'handlers')) return ok(`"${username}" may write, as it must`);
    const { says, remedies } = statusFault({ status: 403, body: 'Write access denied' }, examination.target, username);
    return error(says, ...remedies);
  },
};

/** Hangs up a channel that does not exist: Asterisk answers 403 to a read-only user, 404 to others. */
async function mayWrite(examination: Examination, role: Role): Promise<boolean> {
  const as = examination.accepted.get(role);
  const { status } = await examination.ask(`/ari/channels/${examination.app}`, { as, method: 'DELETE' });
  return status !== 403;
}
