import { stripVTControlCharacters, styleText } from 'node:util';
import { type Finding, type Verdict, worstOf } from './finding.ts';

type Style = Parameters<typeof styleText>[0];

const MARKS: Record<Verdict, { mark: string; style: Style }> = {
  ok: { mark: '✔', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  error: { mark: '✘', style: 'red' },
  skipped: { mark: '–', style: 'dim' },
};
const INDENT = ' '.repeat(4);

/** The report for a person, finding by finding. Checks skipped for the same reason become one line. */
export async function* report(findings: AsyncIterable<Finding>): AsyncGenerator<string> {
  const all: Finding[] = [];
  let skipped: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    const [first] = skipped;
    if (first && (finding.verdict !== 'skipped' || finding.says !== first.says)) {
      yield together(skipped);
      skipped = [];
    }
    if (finding.verdict === 'skipped' && finding.line === undefined) skipped.push(finding);
    else yield tell(finding);
  }
  if (skipped.length > 0) yield together(skipped);
  yield conclude(all);
}

function together(skipped: Finding[]): string {
  const [{ says }] = skipped as [Finding];
  return tell({ check: skipped.map(({ check }) => check).join(', '), verdict: 'skipped', says });
}

/** One finding for a person: a line, and below it the remedies. Coloured where the terminal shows colours. */
function tell({ check, verdict, says, file, section, option, line, otherwise = [] }: Finding): string {
  const { mark, style } = MARKS[verdict];
  const first = file && section && option && line ? [{ file, section, option, line }] : [];
  const remedies = [...first, ...otherwise].map(
    (remedy, index) =>
      `${INDENT}${styleText('dim', `${index === 0 ? '' : 'or '}${remedy.file} [${remedy.section}]`)}  ${styleText('bold', clean(remedy.line))}\n`,
  );
  return `${styleText(style, mark)} ${styleText('bold', check.padEnd(20))} ${clean(says)}\n${remedies.join('')}`;
}

/** The last line. */
function conclude(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const worst = worstOf(findings);
  const text = `${count('ok')} ok, ${count('warning')} warnings, ${count('error')} errors, ${count('skipped')} not examined`;
  return `${styleText(MARKS[worst].style, text)}\n`;
}

/** Text from Asterisk or a certificate may contain anything, including terminal control sequences. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
