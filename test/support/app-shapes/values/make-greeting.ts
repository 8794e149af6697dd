/** The build command of cdk.json: what it writes, the app imports. */
import { mkdirSync, writeFileSync } from 'node:fs';

mkdirSync('made', { recursive: true });
writeFileSync('made/greeting.ts', "export const greeting = 'built';\n");
