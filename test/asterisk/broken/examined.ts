import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Remedy } from '../../../lib/ari/connect-failure.ts';
import type { Finding } from '../../../lib/asterisk/doctor/finding.ts';
import { OWN_ASTERISK } from '../real-asterisk.ts';
import type { BrokenInstallation } from './installation.ts';
import { UPGRADE } from './nginx.ts';
import { Stage } from './stage.ts';

const troubles = (findings: Finding[]): Finding[] => findings.filter(({ verdict }) => /error|warning/.test(verdict));
const remediesOf = ({ file, section, option, line, otherwise = [] }: Finding): Remedy[] =>
  file ? [{ file, section, option, line } as Remedy, ...otherwise] : [];
const checksOf = (findings: Finding[]): string[] => findings.map(({ check }) => check);

/** Tests of a group of broken installations, on one Asterisk. */
export function examined(group: string, rows: readonly BrokenInstallation[]): void {
  describe.skipIf(!OWN_ASTERISK)(`the doctor finds one cause, and the line that corrects it: ${group}`, () => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await Stage.prepare();
    });
    beforeEach(() => stage.restore());
    afterAll(() => stage?.end());

    test.each(rows.map((row) => [row.broken, row] as const))('%s', async (_, row) => {
      const sent = () => row.patient?.(stage) ?? {};
      await row.by?.(stage);
      await stage.load();
      const findings = await stage.visit(sent());
      const found =
        row.verdict === undefined ? troubles(findings) : findings.filter(({ check }) => check === row.check);
      expect(checksOf(found)).toEqual([row.check, ...(row.also ?? [])]);
      const [first] = found as [Finding];
      if (row.verdict !== undefined) expect([first.verdict, troubles(findings)]).toEqual([row.verdict, []]);
      expect(first.says).toContain(row.cause);
      const suggested = remediesOf(first);
      expect(suggested.map((remedy) => stage.inWords(remedy))).toEqual(
        row.line === undefined ? [] : expect.arrayContaining([row.line]),
      );
      if (row.alike) return;
      if (row.corrected) {
        expect(troubles(await stage.visit(row.corrected(stage)))).toEqual([]);
      } else if (row.line?.startsWith('nginx')) {
        await stage.nginx.stop();
        await stage.nginx.start(nginxWith(suggested, stage));
        expect(troubles(await stage.visit(sent()))).toEqual([]);
      } else {
        await correct(row, suggested);
      }
    });

    /** Writes the suggested lines, one after the other, until the cause is gone. */
    async function correct(row: BrokenInstallation, suggested: Remedy[]): Promise<void> {
      const lines = suggested.filter(({ file }) => file !== 'cdk.json');
      for (const remedy of lines) {
        const sent = row.patient?.(stage) ?? {};
        stage.editor.write(stage.filledIn(remedy, sent.users));
        await stage.load();
        const left = troubles(await stage.visit(sent));
        if (left.length === 0) return;
        if (!checksOf(left).includes(row.check)) expect(left).toEqual([]);
      }
      expect(lines).toEqual([]);
    }
  });
}

/** A location with the suggested lines, and the other ones that ARI needs. */
function nginxWith(suggested: readonly Remedy[], stage: Stage): string[] {
  const lines = suggested.filter(({ file, option }) => file === 'nginx.conf' && option !== 'proxy_pass');
  const others = UPGRADE.filter((line) => !lines.some(({ option }) => line.startsWith(option)));
  const pass = `proxy_pass http://127.0.0.1:${stage.port};`;
  return ['location /ari/ {', pass, ...others, ...lines.map(({ line }) => line), '}'];
}
