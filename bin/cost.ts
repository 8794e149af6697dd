import { parseArgs } from 'node:util';
import { HANDLERS } from '../lib/cost/deployed.ts';
import { MEASURED_CALL } from '../lib/cost/measured-call.ts';
import { type Bill, type MonthlyCost, monthlyCost, type Usage } from '../lib/cost/monthly-cost.ts';
import { PRICES_OF } from '../lib/cost/prices.ts';
import { countDeployed } from './count-deployed.ts';

const USAGE = `ari-eventbridge cost --calls-per-day N

Prints what the deployed system costs per month at AWS's list prices in ${PRICES_OF.region} of ${PRICES_OF.date}, and compares it
with two small servers that run the same logic around the clock. In a folder with cdk.json the app is synthesized, and its
templates say how many nodes, apps, alarms and dashboards there are, how large the connector is, how long events are
kept, and whether there is a NAT gateway; an option takes precedence. In any other folder it
takes an app with ${HANDLERS} call handlers.

  --calls-per-day N         required
  --events-per-call N       on the bus  (default: ${MEASURED_CALL.events}, measured with the connector's default filter)
  --unfiltered              ${MEASURED_CALL.eventsUnfiltered} events per call, measured without a filter
  --invocations-per-call N  Lambda invocations  (default: ${MEASURED_CALL.invocations}, measured)
  --handler-ms N            average duration of an invocation, cold starts included  (default: 100)
  --memory-mb N             memory of each function  (default: 512)
  --nodes N                 Asterisk servers  (default: the app's, else 1)
  --apps-per-node N         (default: the app's, else 3)
  --archive-days N          how long events are archived for replays, 0 for no archive  (default: the app's, else 14)
  --no-metrics              the connector writes no metrics (METRICS_INTERVAL_SECONDS=0)
  --nat                     the connector runs behind a NAT gateway
  --json                    prints JSON
`;

const OPTIONS = {
  'calls-per-day': { type: 'string' },
  'events-per-call': { type: 'string' },
  unfiltered: { type: 'boolean' },
  'invocations-per-call': { type: 'string' },
  'handler-ms': { type: 'string' },
  'memory-mb': { type: 'string' },
  nodes: { type: 'string' },
  'apps-per-node': { type: 'string' },
  'archive-days': { type: 'string' },
  'no-metrics': { type: 'boolean' },
  nat: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/**
 * `ari-eventbridge cost`.
 *
 * @param root the folder whose cdk.json, if it has one, names the app to count in
 * @returns the text to print
 * @throws Error naming the option and the expected value, or with the output of the app when it failed
 */
export async function cost(args: string[], root: string): Promise<string> {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return USAGE;
  const number = (option: Exclude<keyof typeof OPTIONS, 'unfiltered' | 'no-metrics' | 'nat' | 'json' | 'help'>) => {
    const text = values[option];
    if (text === undefined) return undefined;
    // `Number` would read an empty string as 0.
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Error(`--${option}: expected a number of at least 0, got "${text}"`);
  };
  const callsPerDay = number('calls-per-day');
  if (callsPerDay === undefined) throw new Error('cost: expected --calls-per-day N; see --help');
  if (values.unfiltered && values['events-per-call'] !== undefined) {
    throw new Error('cost: expected either --unfiltered or --events-per-call, got both');
  }
  const given: { [K in Exclude<keyof Usage, 'callsPerDay'>]: Usage[K] | undefined } = {
    eventsPerCall: values.unfiltered ? MEASURED_CALL.eventsUnfiltered : number('events-per-call'),
    invocationsPerCall: number('invocations-per-call'),
    handlerMs: number('handler-ms'),
    memoryMb: number('memory-mb'),
    nodes: number('nodes'),
    appsPerNode: number('apps-per-node'),
    archiveDays: number('archive-days'),
    metrics: !values['no-metrics'],
    nat: values.nat,
  };
  const counted = await countDeployed(root);
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = monthlyCost({ ...counted?.usage, ...known, callsPerDay }, counted?.deployed);
  return values.json ? `${JSON.stringify(result, null, 2)}\n` : table(result, counted !== undefined);
}

function table({ usage, serverless, servers, breakEvenCallsPerDay }: MonthlyCost, ofApp: boolean): string {
  const title = `${usage.callsPerDay} calls a day, ${usage.eventsPerCall} events and ${usage.invocationsPerCall} invocations each; US dollars per month`;
  const verdict = Number.isFinite(breakEvenCallsPerDay)
    ? `Two small servers are cheaper from ${breakEvenCallsPerDay} calls a day on.`
    : 'Two small servers are never cheaper.';
  return [
    title,
    '',
    ...rows('ari-eventbridge', serverless),
    '',
    ...rows('Two small servers around the clock', servers),
    '',
    verdict,
    ofApp
      ? 'Counted in the templates of the app of cdk.json.'
      : `There is no cdk.json here: these are the figures of an app with ${HANDLERS} call handlers.`,
    `List prices in ${PRICES_OF.region} of ${PRICES_OF.date}, without free tiers and discounts; --json names each price and its source.`,
    '',
  ].join('\n');
}

function rows(name: string, { items, usd }: Bill): string[] {
  const row = (what: string, amount: number, detail = ''): string =>
    `${what.padEnd(36)}${amount.toFixed(2).padStart(10)}${detail}`;
  return [
    row(name, usd),
    ...items.map(({ what, usd: amount, quantity, price }) =>
      row(`  ${what}`, amount, `   ${Number(quantity.toPrecision(4))} × ${price.unit}`),
    ),
  ];
}
