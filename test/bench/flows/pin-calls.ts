import { type AriClient, createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import type { BusEvent } from '../../../lib/local/bus/bus-event.ts';
import type { ObservedCommand, ObservedInvocation } from '../../../lib/local/lambda/index.ts';
import { LocalSystem } from '../../../lib/local/local-system.ts';
import type { LocalObserver } from '../../../lib/local/trace/index.ts';
import { RenderedAsterisk } from '../../asterisk/rendered-asterisk.ts';
import { until } from '../../support/until.ts';

export type Style = 'continuations' | 'flow';

const NODE = 'pbx-1';
const APPS: Record<Style, string> = { continuations: 'Pin', flow: 'PinFlow' };
/** Constructs of the app: those of a flow are its function and its dispatcher. */
const FUNCTIONS: Record<Style, string[]> = { continuations: ['Pin'], flow: ['PinFlow', 'PinFlow/Dispatcher'] };
const PASSWORDS = {
  connector: { username: 'connector', password: 'connector-password' },
  handlers: { username: 'handlers', password: 'handlers-password' },
};
/** As in the example. */
const PIN = '4711';
const ATTEMPTS = 3;
const LIMIT_MS = 120_000;
/** Many calls at once take a machine long: callers are rescued later than by default. */
const RESCUE_S = 60;
/**
 * Callers press a wrong PIN, then the right one until they are let in: on a busy machine they may press before they are asked.
 * Those who are let in are counted in Asterisk's log.
 */
const CALLERS = `
[default]
exten => inside,1,Log(NOTICE,inside \${CHANNEL(uniqueid)})
 same => n,Hangup()

[callers]
exten => caller,1,Wait(1)
 same => n,SendDTMF(1234,20,40)
 same => n,Set(turn=0)
 same => n(again),Wait(4)
 same => n,SendDTMF(4711,20,40)
 same => n,Set(turn=$[\${turn} + 1])
 same => n,GotoIf($[\${turn} < 12]?again)
`;

/** Calls to the example `pin` in both styles, through local mode, and what became of them. */
export class PinCalls implements LocalObserver {
  readonly #asterisk: RenderedAsterisk;
  readonly #ari: AriClient;
  #system!: LocalSystem;
  /** Styles by channel. */
  readonly #placed = new Map<string, Style>();
  /** What Asterisk collected at each attempt, by channel. */
  readonly #digits = new Map<string, string[]>();
  /** When the last outcome of a channel was on the bus; until its next command. */
  readonly #outcomeAt = new Map<string, number>();
  readonly #waits: Record<Style, number[]> = { continuations: [], flow: [] };
  readonly #invocations: Record<Style, number> = { continuations: 0, flow: 0 };
  readonly #faults: string[] = [];
  #number = 0;

  private constructor(asterisk: RenderedAsterisk) {
    this.#asterisk = asterisk;
    const credentials = cachedCredentials(async () => PASSWORDS.handlers);
    this.#ari = createAriClient(httpTransport({ url: asterisk.server.url, credentials }), { timeoutMs: 60_000 });
  }

  /** @param root the folder with the CDK app */
  static async open(root: string): Promise<PinCalls> {
    const asterisk = await RenderedAsterisk.prepare(PASSWORDS);
    const apps = Object.values(APPS);
    asterisk.node = { ...asterisk.node, apps };
    const extensions = Object.fromEntries(apps.map((app) => [app.toLowerCase(), { app }]));
    await asterisk.start({ extensions, rescue: RESCUE_S });
    asterisk.append('extensions.conf', CALLERS);
    await asterisk.server.cli('dialplan reload');
    const calls = new PinCalls(asterisk);
    calls.#system = await LocalSystem.prepare(root, [{ name: NODE, url: asterisk.server.url, apps }], calls);
    calls.#system.useUsers({ node: NODE, ...PASSWORDS });
    const connected = calls.#system.connected(NODE);
    await calls.#system.start();
    await connected;
    return calls;
  }

  /** A caller dials the app of a style. */
  async place(style: Style): Promise<void> {
    const id = `${style}-${++this.#number}`;
    this.#placed.set(id, style);
    const endpoint = `Local/${APPS[style].toLowerCase()}@default/n`;
    const far = { channelId: `far-${id}`, context: 'callers', extension: 'caller', priority: 1 };
    await this.#ari.channels.originate({ endpoint, otherChannelId: id, ...far });
  }

  async areOver(): Promise<void> {
    await until('no channel', async () => (await this.#ari.channels.list()).length === 0, LIMIT_MS);
    await until('no execution', () => this.#system.executions.every(({ Status }) => Status !== 'RUNNING'), LIMIT_MS);
  }

  /** Forgets the calls that were to warm up. */
  forget(): void {
    this.#placed.clear();
    for (const style of ['continuations', 'flow'] as const) {
      this.#waits[style] = [];
      this.#invocations[style] = 0;
    }
  }

  /** Milliseconds from each outcome to the next command for its channel. */
  waits(style: Style): readonly number[] {
    return this.#waits[style];
  }

  invocations(style: Style): number {
    return this.#invocations[style];
  }

  /**
   * What was not as it should be: a caller who was let in without the PIN, not at all with it, or twice; a failed invocation
   * or execution.
   */
  async faults(): Promise<string[]> {
    const log = await this.#asterisk.log();
    const inside = [...log.matchAll(/Ext\. inside: inside ((?:continuations|flow)-\d+)/g)].map(([, id]) => id);
    const ends = [...this.#placed.keys()].flatMap((id) => {
      const [times, digits] = [inside.filter((other) => other === id).length, this.#digits.get(id) ?? []];
      // On a busy machine a caller may have pressed too soon, three times.
      const isRight = digits.at(-1) === PIN ? times === 1 : times === 0 && digits.length === ATTEMPTS;
      return isRight ? [] : [`${id} was let in ${times} times with ${digits.join(', ') || 'no digits'}`];
    });
    const failed = this.#system.executions.filter(({ Status }) => Status !== 'SUCCEEDED');
    const executions = failed.map(({ DurableExecutionName, Status, Error: error }) =>
      [DurableExecutionName, Status, error?.ErrorMessage].join(' '),
    );
    return [...this.#faults, ...ends, ...executions];
  }

  /** Calls that pressed the right PIN. */
  letIn(style: Style): number {
    return [...this.#placed].filter(([id, of]) => of === style && this.#digits.get(id)?.at(-1) === PIN).length;
  }

  async asteriskVersion(): Promise<string> {
    return (await this.#ari.asterisk.getInfo()).system?.version ?? '';
  }

  async close(): Promise<void> {
    this.#ari.close();
    await this.#system?.stop();
    await this.#asterisk.end();
  }

  onEvent({ detail }: BusEvent): void {
    const { metadata } = detail as { metadata?: { channelId?: string; outcome?: { digits?: string } } };
    if (metadata?.outcome && metadata.channelId !== undefined) {
      const { digits = '' } = metadata.outcome;
      this.#digits.set(metadata.channelId, [...(this.#digits.get(metadata.channelId) ?? []), digits]);
      this.#outcomeAt.set(metadata.channelId, performance.timeOrigin + performance.now());
    }
  }

  onCommand({ path, at }: ObservedCommand): void {
    const [, , , channelId = ''] = path.split(/[/?]/);
    const [style, since] = [this.#placed.get(channelId), this.#outcomeAt.get(channelId)];
    if (!style || since === undefined) return;
    this.#outcomeAt.delete(channelId);
    this.#waits[style].push(at - since);
  }

  onInvocationStart({ fn }: ObservedInvocation): void {
    for (const style of ['continuations', 'flow'] as const) {
      if (FUNCTIONS[style].includes(fn.title)) this.#invocations[style] += 1;
    }
  }

  onInvocationEnd({ fn }: ObservedInvocation, { error }: { error?: string }): void {
    if (error !== undefined) this.#faults.push(`${fn.title}: ${error}`);
  }

  onDeadLetter(queue: string): void {
    this.#faults.push(`a dead letter in ${queue}`);
  }

  onLog(origin: string, line: string): void {
    if (/"level":"(warn|error)"/.test(line)) this.#faults.push(`${origin}: ${line}`);
  }
}
