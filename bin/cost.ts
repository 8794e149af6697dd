import { type Command, Option } from 'commander';
import { HANDLERS } from '../lib/cost/deployed.ts';
import { MEASURED_CALL } from '../lib/cost/measured-call.ts';
import { type Bill, type MonthlyCost, monthlyCost, type Usage } from '../lib/cost/monthly-cost.ts';
import { PRICES_OF } from '../lib/cost/prices.ts';
import type { Session } from './session.ts';

/** What commander makes of the options. */
interface Values {
  callsPerDay: string;
  eventsPerCall?: string;
  unfiltered?: true;
  invocationsPerCall?: string;
  handlerMs?: string;
  memoryMb?: string;
  nodes?: string;
  appsPerNode?: string;
  archiveDays?: string;
  tracing: boolean;
  metrics: boolean;
  nat: boolean;
  json?: true;
}

/** `ari-eventbridge cost` */
export function cost(command: Command, { root, say }: Session): void {
  command
    .description(
      `Prints what the deployed system costs per month at AWS's list prices in ${PRICES_OF.region} of ${PRICES_OF.date}, and compares ` +
        'it with two small servers that run the same logic around the clock. In a folder with cdk.json the app is ' +
        'synthesized, and its templates say how many nodes, apps, alarms and dashboards there are, how large the connector ' +
        'is, how long events are kept, and whether there is a NAT gateway; an option takes precedence. In any other folder ' +
        `it takes an app with ${HANDLERS} call handlers.`,
    )
    .requiredOption('--calls-per-day <number>', 'calls per day')
    .option(
      '--events-per-call <number>',
      `on the bus (default: ${MEASURED_CALL.events}, measured with the connector's default filter)`,
    )
    .addOption(
      new Option(
        '--unfiltered',
        `${MEASURED_CALL.eventsUnfiltered} events per call, measured without a filter`,
      ).conflicts('eventsPerCall'),
    )
    .option('--invocations-per-call <number>', `Lambda invocations (default: ${MEASURED_CALL.invocations}, measured)`)
    .option('--handler-ms <number>', 'average duration of an invocation, cold starts included (default: 100)')
    .option('--memory-mb <number>', 'memory of each function (default: 512)')
    .option('--nodes <number>', "Asterisk servers (default: the app's, else 1)")
    .option('--apps-per-node <number>', "apps of each (default: the app's, else 3)")
    .option(
      '--archive-days <number>',
      "how long events are archived for replays, 0 for no archive (default: the app's, else 14)",
    )
    .option('--no-tracing', "X-Ray is off (default: the app's, else on)")
    .option('--no-metrics', 'the connector writes no metrics (METRICS_INTERVAL_SECONDS=0)')
    .option('--no-nat', "no NAT gateway: addresses change (default: the app's, else with one)")
    .option('--json', 'prints JSON')
    .action(async (values: Values) => say(await costOf(values, root)));
}

/** @throws Error naming the option and the expected value, or with the output of the app when it failed */
async function costOf(values: Values, root: string): Promise<string> {
  const number = (text: string | undefined, option: string): number | undefined => {
    if (text === undefined) return undefined;
    // `Number` would read an empty string as 0.
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Error(`${option}: expected a number of at least 0, got "${text}"`);
  };
  const callsPerDay = number(values.callsPerDay, '--calls-per-day') as number;
  const given: { [K in Exclude<keyof Usage, 'callsPerDay'>]: Usage[K] | undefined } = {
    eventsPerCall: values.unfiltered
      ? MEASURED_CALL.eventsUnfiltered
      : number(values.eventsPerCall, '--events-per-call'),
    invocationsPerCall: number(values.invocationsPerCall, '--invocations-per-call'),
    handlerMs: number(values.handlerMs, '--handler-ms'),
    memoryMb: number(values.memoryMb, '--memory-mb'),
    nodes: number(values.nodes, '--nodes'),
    appsPerNode: number(values.appsPerNode, '--apps-per-node'),
    archiveDays: number(values.archiveDays, '--archive-days'),
    // Commander sets it to true where the option is absent.
    tracing: values.tracing ? undefined : false,
    metrics: values.metrics,
    nat: values.nat ? undefined : false,
  };
  // Loaded when it is needed: it needs the CDK, and the help does not.
  const { countDeployed } = await import('./count-deployed.ts');
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
