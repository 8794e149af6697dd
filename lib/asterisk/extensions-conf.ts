import { VERBS_CONTEXT } from '../ari/verbs-dialplan.ts';
import { isJsonObject } from '../json.ts';
import { sharedContexts } from './armed-extensions.ts';
import { EXTENSION, FALLBACK_CONTEXT, type Fallback, fallbackFault, NAME } from './fallback.ts';
import { list, optionFaults, show, text } from './option-faults.ts';
import { armed, DISARMED, RESCUE_CONTEXT, type Rescue, rescueFaults, rescueSeconds, TIMED_OUT } from './rescue.ts';
import { ANSWERED_CONTEXT, VERB_CONTEXT } from './verbs.ts';

/** The app that an extension sends its calls to. */
export interface AppExtension {
  /** One of the node's `apps`. */
  app: string;
  /** Arguments of `Stasis(app,arg,…)`: `args` of the app's StasisStart. @default none */
  args?: string[];
}

/** The dialplan's part of a node's options. */
export interface DialplanOptions {
  /** The context that phones or trunks call into. @default 'default' */
  context?: string;
  /** Extensions, or patterns such as `_9XXX`, with their apps. @default an extension of each app's name */
  extensions?: Record<string, AppExtension>;
  /** Where callers go while no connector is subscribed to the app, and where no handler claims them. @default 'busy' */
  fallback?: Fallback;
  /** After how long a call goes to the fallback that no handler has claimed. @default 6 s for each app */
  rescue?: Rescue;
}

const DEFAULT_CONTEXT = 'default';
/** No characters that end an argument or a line, start a comment, or are substituted. */
const ARGUMENT = /^[\p{L}\p{N}_.+@#*:=/-]([\p{L}\p{N}_.+@#*:=/ -]{0,126}[\p{L}\p{N}_.+@#*:=/-])?$/u;
/** Sections of extensions.conf that cannot be the context. */
const NO_CONTEXTS = [
  'general',
  'globals',
  FALLBACK_CONTEXT,
  RESCUE_CONTEXT,
  VERBS_CONTEXT,
  VERB_CONTEXT,
  ANSWERED_CONTEXT,
];

/** Faults of the options for a node's dialplan. */
export function dialplanFaults(at: string, apps: readonly string[], options: DialplanOptions): string[] {
  const faults: string[] = [];
  const { context = DEFAULT_CONTEXT, extensions, fallback = 'busy', rescue } = options;
  if (typeof context !== 'string' || !NAME.test(context) || NO_CONTEXTS.includes(context)) {
    const expected = `a context's name of letters, digits, ".", "_" or "-", other than ${NO_CONTEXTS.join(', ')}`;
    faults.push(`${at}.context: expected ${expected}, got ${show(context)}`);
  }
  if (extensions !== undefined && (!isJsonObject(extensions) || Object.keys(extensions).length === 0)) {
    faults.push(
      `${at}.extensions: expected at least one, such as { "ivr": { "app": ${show(apps[0])} } }, got ${show(extensions)}`,
    );
    return faults;
  }
  for (const [name, extension] of extensionsOf(apps, extensions)) {
    faults.push(...extensionFaults(`${at}.extensions`, name, extension, apps));
  }
  const own = (inContext: string, name: string): boolean =>
    inContext === RESCUE_CONTEXT ||
    (inContext === context && (name === 'T' || extensionsOf(apps, extensions).some(([taken]) => taken === name)));
  const fault = fallbackFault(fallback, own);
  if (fault) faults.push(`${at}.fallback: ${fault}`);
  return [...faults, ...rescueFaults(`${at}.rescue`, apps, rescue)];
}

/** Renders extensions.conf: each app's extension, and the fallback for calls that no connector or no handler takes. */
export function extensionsConf(apps: readonly string[], options: DialplanOptions = {}): string {
  const { context = DEFAULT_CONTEXT, extensions, fallback = 'busy', rescue } = options;
  const each = extensionsOf(apps, extensions).map(([name, { app, args = [] }]) => {
    const seconds = rescueSeconds(app, rescue);
    return [
      `exten => ${name},1,NoOp()`,
      ...(seconds === false ? [] : [` same => n,${armed(seconds)}`]),
      ` same => n,Stasis(${[app, ...args].join(',')})`,
      ...(seconds === false ? [] : [` same => n,${DISARMED}`]),
      // The app hung up or sent the channel on: no fallback.
      ` same => n,GotoIf($["\${STASISSTATUS}" = "SUCCESS"]?done)`,
      ` same => n,Log(WARNING,App ${app} has no connector: \${CHANNEL(name)} goes to the fallback)`,
      ` same => n,Goto(${FALLBACK_CONTEXT},s,1)`,
      ' same => n(done),Hangup()',
      '',
    ].join('\n');
  });
  return [`[${context}]`, ...each, ...(rescues(apps, options) ? [TIMED_OUT] : []), sharedContexts(fallback)].join('\n');
}

/**
 * The context of a node's dialplan where calls are rescued; `undefined` where no call is, or the node has no options for
 * Asterisk's dialplan.
 */
export function rescuingContext({
  apps,
  asterisk,
}: {
  apps: readonly string[];
  asterisk?: DialplanOptions;
}): string | undefined {
  if (asterisk === undefined) return undefined;
  return rescues(apps, asterisk) ? (asterisk.context ?? DEFAULT_CONTEXT) : undefined;
}

function rescues(
  apps: readonly string[],
  { extensions, rescue }: Pick<DialplanOptions, 'extensions' | 'rescue'>,
): boolean {
  return extensionsOf(apps, extensions).some(([, { app }]) => rescueSeconds(app, rescue) !== false);
}

function extensionsOf(
  apps: readonly string[],
  extensions: DialplanOptions['extensions'] = Object.fromEntries(apps.map((app) => [app, { app }])),
): [string, AppExtension][] {
  return Object.entries(extensions);
}

function extensionFaults(at: string, name: string, extension: unknown, apps: readonly string[]): string[] {
  const faults: string[] = [];
  if (name === 'T') faults.push(`${at}: expected another extension than "T", which is for calls that are rescued`);
  if (!EXTENSION.test(name)) {
    faults.push(`${at}: expected an extension of letters, digits, "_*#+.!-", or a pattern of them, got ${show(name)}`);
  }
  if (!isJsonObject(extension) || typeof extension.app !== 'string') {
    faults.push(`${at}[${show(name)}]: expected { "app": …, "args": [ … ] }, got ${show(extension)}`);
    return faults;
  }
  if (!apps.includes(extension.app)) {
    faults.push(
      `${at}[${show(name)}]: expected \`app\` to be one of the node's (${apps.join(', ')}), got ${show(extension.app)}`,
    );
  }
  const args = list('strings of up to 128 letters, digits, spaces or "_.+@#*:=/-" (no variables, no commas)', ARGUMENT);
  faults.push(...optionFaults(`${at}[${show(name)}]`, extension, { app: text('an app', /./), args }));
  return faults;
}
