import { Pending } from './pending.ts';
import { type Command, DIALLED, type Program, requestOf, type Step } from './program.ts';
import { type Answer, APPS, type AppEvent, type Target } from './target.ts';

/** What was seen of a program: by step and app and channel, lines in their order. */
export type Observation = Map<string, string[]>;

/** After this long without an answer, a command waits for its turn on its channel. */
const ANSWER_MS = 300;

const CHANNELS = ['~caller', '~phone', '~out', '~out;2', '~short', '~short;2', '~spy', '~media', '~socket'];
const VARIABLES = [
  'X',
  'Y',
  'DIGITS',
  'READSTATUS',
  'STASISSTATUS',
  'PLAYBACKSTATUS',
  'CALLERID(all)',
  'CHANNEL(state)',
];

type Answered = (step: Step, status: number) => void;

/**
 * Runs a program and observes it.
 *
 * @param answered called for each answer
 */
export async function runProgram(
  { steps }: Program,
  target: Target,
  prefix: string,
  answered: Answered = () => {},
): Promise<Observation> {
  const seen: Observation = new Map();
  const run = new Run(target, prefix, seen, answered);
  await run.step(dial());
  for (const step of steps) await run.step(step);
  await run.end();
  return seen;
}

function dial(): Command {
  const params = {
    endpoint: `Local/${DIALLED}@~`,
    app: '~phone',
    otherChannelId: '~caller',
    callerId: 'Ann <1001>',
    timeout: -1,
  };
  return { kind: 'command', operation: 'dial', method: 'POST', path: '/channels/~phone', params, via: 'body' };
}

class Run {
  readonly #target: Target;
  readonly #prefix: string;
  readonly #seen: Observation;
  readonly #answered: Answered;
  readonly #pending = new Pending();
  /** Milliseconds that waiting commands will take, by channel. */
  readonly #queuedMs = new Map<string, number>();
  #step = 0;
  #isOver = false;
  /** Why an answer never came. */
  #failure: unknown;
  #told = 0;

  constructor(target: Target, prefix: string, seen: Observation, answered: Answered) {
    this.#target = target;
    this.#prefix = prefix;
    this.#seen = seen;
    this.#answered = answered;
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'wait') await this.#target.pass(step.seconds * 1000);
    else await this.#command(step);
    await this.#settle();
    await this.#takeQueuedTime();
    this.#step += 1;
  }

  /** Looks at what is left, and ends it. */
  async end(): Promise<void> {
    this.#step = 99;
    // Legs that no app hears of may still be answering, or ringing for a second.
    await this.#target.pass(1600);
    for (const id of CHANNELS) {
      const listed = await this.#ask('GET', `/channels/${id}`);
      const answer = isGoneSnoop(listed) ? GONE : listed;
      this.#note(`end ${id}`, this.#told_(answer));
      if (answer.status !== 200) continue;
      for (const name of VARIABLES) {
        const value = await this.#ask('GET', `/channels/${id}/variable?variable=${encodeURIComponent(name)}`);
        this.#note(`end ${id} ${name}`, this.#told_(value));
      }
    }
    for (const what of ['applications/~app', 'applications/~other', 'bridges/~room', 'bridges/~hall']) {
      this.#note(`end ${what}`, this.#told_(await this.#ask('GET', `/${what}`)));
    }
    if (this.#failure) throw this.#failure;
    this.#isOver = true;
    for (const id of CHANNELS) await this.#ask('DELETE', `/channels/${id}`);
    for (const id of ['~room', '~hall']) await this.#ask('DELETE', `/bridges/${id}`);
  }

  async #command(step: Exclude<Step, { kind: 'wait' }>): Promise<void> {
    const { method, path, body } = requestOf(asCommand(step), this.#prefix);
    const [at, made] = [this.#step, this.#target.request(method, path, body)];
    let answered = false;
    let status = 0;
    const noted = made.then((answer) => {
      if (this.#isOver) return;
      answered = true;
      status = answer.status;
      // An answer that came late belongs to the step in which it came.
      const late = at === this.#step ? '' : ` of step ${at}`;
      this.#note(
        `${this.#step} answer${late}`,
        this.#told_({ ...answer, body: comparable(answer.body, path, this.#prefix) }),
      );
      this.#answered(step, answer.status);
    });
    noted.catch((error: unknown) => {
      this.#failure ??= error;
    });
    await this.#answer(noted, () => answered);
    const digits = /dtmf/.test(path) ? String(requestedDigits(step)) : '';
    if (status === 204 && digits !== '') {
      await this.#takeTime(path.split('/')[2] ?? '', 200 * digits.length + 150);
    }
    // A second until the call's time is over.
    if (status < 400 && /TIMEOUT.absolute/.test(JSON.stringify(step))) {
      await this.#takeTime(path.split('/')[2] ?? '', 1300);
    }
    // Applications answer, and a digit that is pressed meanwhile comes with the next one where there is no sound.
    if (status < 400 && /\/continue\b/.test(path)) {
      await this.#settle();
      await this.#takeTime(path.split('/')[2] ?? '', 700);
    }
    // What is called may go through a pause and a beep that no app hears of.
    if (status < 400 && callsDialled(step)) await this.#target.pass(2000);
    // A call that is not answered yet waits for the first sound, before it is recorded.
    if (status === 201 && /channels.*record/.test(path)) await this.#takeTime(path.split('/')[2] ?? '', 600);
  }

  /** For what takes a while: now, or once all is over that comes before it on its channel. */
  async #takeTime(channelId: string, ms: number): Promise<void> {
    await this.#target.quiet();
    this.#pending.limitMs(this.#target.events);
    if (!this.#pending.isOccupied(channelId)) await this.#target.pass(ms);
    else this.#queuedMs.set(channelId, (this.#queuedMs.get(channelId) ?? 0) + ms);
  }

  async #takeQueuedTime(): Promise<void> {
    for (const [channelId, ms] of this.#queuedMs) {
      if (this.#pending.isOccupied(channelId)) continue;
      this.#queuedMs.delete(channelId);
      await this.#target.pass(ms);
      await this.#settle();
    }
  }

  async #answer(noted: Promise<void>, answered: () => boolean): Promise<void> {
    const end = this.#target.now() + ANSWER_MS;
    while (!answered() && this.#target.now() < end) await Promise.race([noted, this.#target.quiet()]);
  }

  async #settle(): Promise<void> {
    await this.#target.quiet();
    let [begun, count] = [this.#target.now(), 0];
    for (;;) {
      const limit = this.#pending.limitMs(this.#target.events);
      if (limit === 0) break;
      // One after the other, each has its time.
      if (this.#pending.begun !== count) [begun, count] = [this.#target.now(), this.#pending.begun];
      const left = begun + limit - this.#target.now();
      if (left <= 0 || !(await this.#target.nextEvent(left))) {
        this.#pending.giveUp();
        break;
      }
      await this.#target.quiet();
    }
    for (const event of this.#target.events.slice(this.#told)) this.#tell(event);
    this.#told = this.#target.events.length;
  }

  #tell(event: AppEvent): void {
    // Channels of Asterisk's own come and go in a bridge, and are named as its peers.
    if (event.variable === 'BRIDGEPEER') return;
    const line = plain(event, this.#prefix);
    // The event that a channel is called comes at any time until it answers.
    if (line.dialstatus === '') (line.peer as { state: string }).state = 'Down';
    // By the time that the event is made, the other half may have another language, and ring, or not yet.
    if (line.type === 'Dial') line.peer = { ...(line.peer as object), language: '', ...(isRinging(line.peer) && DOWN) };
    this.#note(`${this.#step} ${line.application} ${subjectOf(line)}`, JSON.stringify(line));
  }

  #told_({ status, body }: Answer): string {
    // An endpoint that cannot be called: the reason is that of an earlier refusal in the same thread of Asterisk's.
    if (status === 500 && /Allocation failed/.test(JSON.stringify(body))) return '409 or 500';
    if (status === 409 && /given unique ID/.test(JSON.stringify(body))) return '409 or 500';
    const told = plain(body, this.#prefix) as object | null;
    // Whether a snoop has begun to run its app when its event comes, varies too.
    const { name, dialplan } = (told ?? {}) as { name?: string; dialplan?: Record<string, string> };
    if (dialplan && name?.startsWith('Snoop/')) Object.assign(dialplan, { app_name: '', app_data: '' });
    // How far a playback or a recording has come by then as well.
    const isNew = status === 201 && told !== null && 'state' in told;
    return `${status} ${JSON.stringify(isNew ? { ...told, state: 'queued' } : told)}`;
  }

  async #ask(method: string, path: string): Promise<Answer> {
    return this.#target.request(method, path.replaceAll('~', this.#prefix));
  }

  #note(cell: string, line: string): void {
    const lines = this.#seen.get(cell) ?? [];
    // Two threads report that a channel is called, and what it does. The event of a failed move does not wait in the
    // queue of the other events.
    const isFirst =
      /"dialstatus":""|"type":"ApplicationMoveFailed"|"state":"Ringing".*"type":"ChannelStateChange"/.test(line);
    this.#seen.set(cell, isFirst ? [line, ...lines] : [...lines, line]);
  }
}

/** Whether a command calls what may go through the same lines as the program's own call. */
function callsDialled(step: Step): boolean {
  if (step.kind !== 'command') return false;
  const { operation, params } = step;
  return operation === 'channels.dial' || (/originate/.test(operation) && params.endpoint === `Local/${DIALLED}@~`);
}

function requestedDigits(step: Step): unknown {
  if (step.kind === 'press') return step.digits;
  return step.kind === 'command' ? (step.params.dtmf ?? '') : '';
}

function asCommand(step: Exclude<Step, { kind: 'wait' }>): Command {
  if (step.kind === 'command') return step;
  const act = { kind: 'command', operation: step.kind, via: 'query' } as const;
  if (step.kind === 'hang up') return { ...act, method: 'DELETE', path: '/channels/~phone', params: {} };
  return { ...act, method: 'POST', path: '/channels/~phone/dtmf', params: { dtmf: step.digits } };
}

const DOWN = { state: 'Down' };

function isRinging(channel: unknown): boolean {
  return (channel as { state?: string }).state === 'Ringing';
}

const GONE: Answer = { status: 404, body: { message: 'Channel not found' } };

/** A snoop that was hung up, which Asterisk may go on to list. */
function isGoneSnoop({ body }: Answer): boolean {
  const { name, dialplan } = (body ?? {}) as { name?: string; dialplan?: { app_name: string } };
  return name?.startsWith('Snoop/') === true && dialplan?.app_name === '';
}

/** Of a list of what there is in all of Asterisk, what is the program's; of what is another's in each, what it has. */
function comparable(body: unknown, path: string, prefix: string): unknown {
  if (Array.isArray(body)) return body.filter((thing) => JSON.stringify(thing).includes(prefix));
  if (path.startsWith('/asterisk/info') && typeof body === 'object') return Object.keys(body ?? {});
  // What was sent and received.
  if (path.endsWith('/rtp_statistics') && (body as { txcount?: number } | null)?.txcount !== undefined)
    return 'statistics';
  return path.endsWith('/file') && (body === null || typeof body === 'string') ? 'a file' : body;
}

/** Fields that are another in each run. */
const RUNS_OWN = [
  ...['timestamp', 'asterisk_id', 'creationtime', 'protocol_id', 'duration_ms'],
  // Seconds of sound: there is none on these lines.
  ...['duration', 'talking_duration', 'silence_duration'],
];

/** Without what differs from run to run. */
function plain<T>(value: T, prefix: string): T {
  const text = JSON.stringify(value ?? null)
    .replaceAll(prefix, '~')
    .replaceAll(/-[0-9a-f]{8}(;\d)?"/g, '-#$1"')
    .replaceAll(/\b\d{10}\.\d+/g, '#')
    // When a talk began, and how long it was.
    .replaceAll(/\b1\d{9}\b/g, '#')
    // The time that is left to a call.
    .replaceAll(/("TIMEOUT\(absolute\)":")\d+\.\d+"/g, '$1#"')
    .replaceAll(/ARI_VALUE=-?\d+/g, 'ARI_VALUE=#')
    .replaceAll(/(\["ari-eventbridge","dialled","name","\d+","1","\w*",)"\d+"/g, '$1"#"')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '#');
  return sorted(JSON.parse(text)) as T;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    // Which languages of a sound there are is a matter of packages.
    const all = value
      .filter((item) => !/^en_/.test((item as { language?: string } | null)?.language ?? ''))
      .map(sorted);
    // Lists of things are in no order; lists of texts, such as arguments, are.
    return all.every((item) => typeof item === 'object') ? inAnyOrder(all) : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !RUNS_OWN.includes(name));
  return Object.fromEntries(
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      // The ids of a bridge's channels come in the order of a hash.
      .map(([name, of]) => [name, name === 'channels' && Array.isArray(of) ? inAnyOrder(of) : sorted(of)]),
  );
}

function inAnyOrder(list: readonly unknown[]): unknown[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What an event is about: events are in order by channel, or by bridge where it has no channel. */
function subjectOf(event: AppEvent): string {
  const of = (name: string, field: string): string | undefined =>
    (event[name] as Record<string, string> | undefined)?.[field];
  const target = of('playback', 'target_uri') ?? of('recording', 'target_uri');
  const subject = of('channel', 'id') ?? of('peer', 'id') ?? target?.replace('channel:', '') ?? of('bridge', 'id');
  return subject ?? event.type;
}

export const apps = (prefix: string): string[] => APPS.map((app) => app.replace('~', prefix));
