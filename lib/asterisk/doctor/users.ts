import { confLine, HASH_PLACE, statusFault } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Answer, Examination, Role } from './examination.ts';
import { error, fault, type Outcome, ok, skipped, warning } from './finding.ts';
import { nginx } from './proxy.ts';

const DOES: Record<Role, string> = { connector: 'receives events', handlers: 'commands calls' };
/** A hash of crypt(3): `$6$salt$…`, `$y$…`. */
const CRYPT = /^\$(1|2[abxy]|5|6|7|y|gy)\$/;

/** Asterisk accepts the user's name and password. */
function credentials(role: Role): Check {
  return {
    name: role,
    needs: ['ari', 'sessions'],
    async look(examination) {
      const user = examination.patient.users[role];
      if (!user) return skipped(`no credentials were given for the user that ${DOES[role]}`);
      const answer = await examination.ask('/ari/asterisk/ping', { as: user });
      if (answer.status === 401 || answer.status === 403) {
        return [refused(answer, examination, user.username), ...password(user.password, user.username)];
      }
      // res_ari.so answers 404 for a module that is not running, and only to a user that it has accepted.
      const accepted = answer.status === 200 || /Resource not found/.test(answer.body);
      if (!accepted) return error(`expected ARI to accept "${user.username}", got ${statusOf(answer)}`);
      examination.accepted.set(role, user);
      return ok(`"${user.username}", which ${DOES[role]}, is accepted`);
    },
  };
}

function refused(answer: Answer, { from, proxy, target }: Examination, username: string): Outcome {
  const found = statusFault(answer, { ...target, ...(from && proxy === undefined && { from }) }, username);
  if (proxy === undefined) return fault(found);
  const hint =
    answer.status === 401
      ? `It sees what ${proxy} hands on: the header Authorization has to be among it`
      : `It sees the address of ${proxy}, not of this side`;
  const handOn = answer.status === 401 ? [nginx('proxy_set_header Authorization', '$http_authorization')] : [];
  return fault({ says: `${found.says} ${hint}.`, remedies: [...found.remedies, ...handOn] });
}

const statusOf = ({ status, body }: Answer): string =>
  `status ${status}: ${body.replace(/\s+/g, ' ').slice(0, 200) || 'nothing'}`;

export const connector = credentials('connector');
export const handlers = credentials('handlers');

/** Properties of a refused password that may be the reason. The findings do not contain the password. */
function password(text: string, username: string): Outcome[] {
  const write = confLine('ari.conf', username, 'password', HASH_PLACE);
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
        `the password of "${username}" contains a ";", which starts a comment in ari.conf: write its hash there, or "\\;"`,
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
    const answer = await attempt(examination, 'connector');
    if (isReadOnly(answer)) return ok(`"${username}" may only read, as it should`);
    if (!isWritten(answer)) return unclear(answer, examination, username);
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
    const answer = await attempt(examination, 'handlers');
    if (isWritten(answer)) return ok(`"${username}" may write, as it must`);
    if (!isReadOnly(answer)) return unclear(answer, examination, username);
    const { says, remedies } = statusFault(answer, examination.target, username);
    return error(says, ...remedies);
  },
};

/** Hangs up a channel that does not exist: Asterisk refuses a read-only user, and finds no channel for others. */
function attempt(examination: Examination, role: Role): Promise<Answer> {
  const as = examination.accepted.get(role);
  return examination.ask(`/ari/channels/${examination.app}`, { as, method: 'DELETE' });
}

const isReadOnly = ({ status, body }: Answer): boolean => status === 403 && body.includes('Write access denied');
/** Without res_ari_channels.so there are no channels to find either. */
const isWritten = ({ status, json }: Answer): boolean => status === 404 && json !== undefined;

/** A server in front of Asterisk may refuse other methods than GET. */
function unclear(answer: Answer, { proxy }: Examination, username: string): Outcome {
  const who = proxy === undefined ? 'Asterisk' : `${proxy}, or Asterisk behind it,`;
  return error(
    `cannot tell whether "${username}" may write: ${who} answered DELETE with ${statusOf(answer)}. Commands are sent with GET, POST, PUT and DELETE: let all of them through`,
  );
}
