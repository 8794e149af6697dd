import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Command } from 'commander';
import { AwsRequests } from '../lib/aws/requests.ts';
import { secretsManagerClient } from '../lib/aws/secrets-manager.ts';
import { Account } from '../lib/preflight/account.ts';
import { type Finding, type Verdict, worstOf } from '../lib/preflight/finding.ts';
import { planOf } from '../lib/preflight/plan.ts';
import { type Machine, preflight } from '../lib/preflight/preflight.ts';
import { contextOf } from './configured-nodes.ts';
import { ExitError, type Session } from './session.ts';

const EXIT_CODES = { ok: 0, warning: 1, error: 2 } as const;
/** How long Docker may take to answer. */
const DOCKER_MS = 10_000;

const MARKS: Record<Verdict, { mark: string; style: Parameters<typeof styleText>[0] }> = {
  ok: { mark: '✔', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  error: { mark: '✘', style: 'red' },
  unknown: { mark: '?', style: 'yellow' },
};

/** `ari-eventbridge preflight` */
export function preflightCommand(command: Command, session: Session): void {
  command
    .description(
      'Examines the AWS account and this machine before `cdk deploy`: bootstrap, quotas, roles, names that are taken. Each ' +
        'finding has the command that mends it. It reads only, and changes nothing.',
    )
    .option('--json', 'prints one JSON document instead of lines')
    .addHelpText(
      'after',
      '\nThe AWS account and region are those of the environment, as for cdk deploy.\nExit code: 0 ready, 1 warnings, 2 the deployment would fail.',
    )
    .action(async ({ json }: { json?: true }) => {
      const exitCode = await examined(session, json === true);
      if (exitCode !== 0) throw new ExitError('', exitCode);
    });
}

async function examined({ root, say }: Session, json: boolean): Promise<number> {
  const { context } = await contextOf(root);
  const client = await secretsManagerClient();
  const findings: Finding[] = [];
  try {
    const region = await client.config.region().catch(() => {
      throw new Error('expected a region: AWS_REGION, or that of a profile (AWS_PROFILE)');
    });
    const account = new Account(new AwsRequests(client.config));
    for await (const finding of preflight(account, planOf(context, handlersIn(root)), await machine(), region)) {
      findings.push(finding);
      if (!json) say(line(finding));
    }
  } finally {
    client.destroy();
  }
  const worst = worstOf(findings);
  say(json ? `${JSON.stringify({ findings }, null, 2)}\n` : conclusion(findings));
  return EXIT_CODES[worst];
}

/** Of the ready-made app, which has a folder for each handler. */
function handlersIn(root: string): number {
  const folder = join(root, 'functions');
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).length
    : 1;
}

async function machine(): Promise<Machine> {
  const [node, docker] = await Promise.all([
    answerOf('node', ['--version']),
    answerOf(process.env.CDK_DOCKER ?? 'docker', ['version', '--format', '{{.Server.Version}}']),
  ]);
  return { node: node?.trim(), docker: docker !== undefined };
}

/** What a command writes; `undefined` where it fails or is not installed. */
function answerOf(command: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: DOCKER_MS }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

function line({ check, verdict, says, mend }: Finding): string {
  const { mark, style } = MARKS[verdict];
  const first = `${styleText(style, mark)} ${styleText('bold', check.padEnd(14))} ${clean(says)}\n`;
  return mend === undefined ? first : `${first}    ${styleText('bold', clean(mend))}\n`;
}

function conclusion(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const text = `${count('ok')} ok, ${count('warning')} warnings, ${count('error')} errors, ${count('unknown')} not examined`;
  return `${styleText(MARKS[worstOf(findings)].style, text)}\n`;
}

/** Names in an account may contain anything, including terminal control sequences. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
}
