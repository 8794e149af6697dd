import type { AriClient } from '../ari/client.ts';
import { AriError } from '../ari/errors.ts';
import { operations } from '../ari/generated/operations.ts';

/** Resources whose commands act for callers. A lamp, a user event or a global variable does not. */
const ACTING = (['bridges', 'channels', 'playbacks', 'recordings'] as const).map((resource) => {
  const acting = Object.entries(operations[resource]).filter(([, template]) => !template.startsWith('GET '));
  return { resource, names: acting.map(([name]) => name) };
});

/** Until when Asterisk waits, in seconds; 0 for ever. When the time is over, it takes the call back. */
const TIMER = 'TIMEOUT(absolute)';

/**
 * Three values with `/` between: 1 where Asterisk will not take the call back and has not done so, else 0; when it would
 * do so by the dialplan's own note (`ARI_RESCUE_AT`), 0 for never; the seconds that are left of the operator's own
 * absolute time-out, less than 0 where there is none. lib/asterisk/rescue.ts has the dialplan. Where a call goes on that
 * was taken back, its extension is T before any variable is set.
 */
const LOOK =
  `EVAL($[("\${TIMEOUT(absolute)}" = "0" | "\${ARI_RESCUE_AT}" = "0") & "\${EXTEN}" != "T" & "\${ARI_RESCUED}" = ""]` +
  `/\${ARI_RESCUE_AT}/$[0\${ARI_TIMEOUT_AT} - \${EPOCH}])`;

interface Look {
  isClaimed: boolean;
  /** An earlier run, or the dialplan itself, has set the operator's own time-out. */
  isRestored: boolean;
  /** What is left of the operator's own time-out, in seconds; `undefined` where there is none. */
  ownSeconds: number | undefined;
}

/**
 * The client for the run of a `StasisStart`, which claims the call: Asterisk takes back a call that no handler claims in
 * time, and sends the caller to the fallback.
 *
 * The first command that acts for callers claims it. Where that is `channels.answer` of this channel, it goes beside the
 * claim, right behind it: the caller waits for it. All other commands that act wait for the claim's answer: after `play`,
 * Asterisk would answer the claim at the end of the playback, also where it had taken the call back meanwhile. A run that
 * reads only, or fails before its first command, claims nothing.
 *
 * Where the call is gone, or has left the app, no command is sent: each fails with the claim's error. The operator's own
 * absolute time-out, which the dialplan has put aside, is restored before the first command that waits.
 *
 * @example
 * const ari = claimingClient(clientOf(node), event.channel.id);
 * await ari.channels.answer({ channelId }); // beside the claim
 * await ari.channels.play({ channelId, media: 'sound:hello-world' }); // after it
 */
export function claimingClient(ari: AriClient, channelId: string): AriClient {
  let claim: Promise<void> | undefined;
  const claimed = (isAnswer: boolean): Promise<void> => {
    claim ??= claimCall(ari, channelId, isAnswer);
    claim.catch(() => {}); // beside an answer, nobody may wait for it
    return claim;
  };
  const gate = (resource: (typeof ACTING)[number]['resource'], names: readonly string[]): object => {
    const commands = ari[resource] as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    const waiting = names.map((name) => [
      name,
      async (...given: unknown[]) => {
        const [params] = given as [{ channelId?: unknown }?];
        const isAnswer = resource === 'channels' && name === 'answer' && params?.channelId === channelId;
        const isFirst = claim === undefined;
        const ready = claimed(isAnswer);
        if (!(isAnswer && isFirst)) await ready;
        return commands[name]?.(...given);
      },
    ]);
    return Object.assign(Object.create(commands), Object.fromEntries(waiting));
  };
  // At the first use: a run needs one or two of them, and the client of a test may lack some.
  const gates = ACTING.map(({ resource, names }) => {
    let gated: object | undefined;
    const get = (): object | undefined => {
      if (ari[resource]) gated ??= gate(resource, names);
      return gated;
    };
    return [resource, { enumerable: true, get }] as const;
  });
  return Object.create(ari, Object.fromEntries(gates)) as AriClient;
}

/**
 * @param isAnswer an answer to the call is sent in this turn: it does not wait for the look
 * @throws the claim's AriError where it was refused, or not answered
 */
async function claimCall(ari: AriClient, channelId: string, isAnswer: boolean): Promise<void> {
  let isAnswered = false;
  const claim = ari.channels.setChannelVar({ channelId, variable: TIMER, value: '0' }).then(() => {
    isAnswered = true;
  });
  claim.catch(() => {}); // the one below may be over before
  const looked = isAnswer ? Promise.resolve().then(() => lookAt(ari, channelId)) : lookAt(ari, channelId);
  // An earlier run of this event may have claimed the call and begun a playback, behind which this claim waits.
  await Promise.race([claim, looked.then(({ isClaimed }) => (isClaimed ? undefined : claim))]);

  const { isRestored, ownSeconds } = await looked;
  if (ownSeconds === undefined) return;
  const restored = claim.then(async () => {
    await ari.channels.setChannelVar({ channelId, variable: TIMER, value: String(ownSeconds) });
    await ari.channels.setChannelVar({ channelId, variable: 'ARI_RESCUE_AT', value: '0' });
  });
  if (isAnswered || !isRestored) await restored;
  else restored.catch(() => {}); // once more, at the playback's end
}

/** What cannot be read is as it is in a dialplan without these variables. */
async function lookAt(ari: AriClient, channelId: string): Promise<Look> {
  try {
    const { value } = await ari.channels.getChannelVar({ channelId, variable: LOOK });
    const [claimed, rescueAt, left = ''] = value.split('/');
    const seconds = Number.parseFloat(left);
    const ownSeconds = seconds > 0 ? Math.max(1, seconds) : undefined;
    return { isClaimed: claimed === '1', isRestored: rescueAt === '0', ownSeconds };
  } catch (error) {
    if (!(error instanceof AriError)) throw error;
    return { isClaimed: false, isRestored: false, ownSeconds: undefined };
  }
}
