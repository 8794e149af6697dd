import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const LIB = fileURLToPath(new URL('../../lib/', import.meta.url));

/** What the public face offers of the ARI client and of patterns, by the file that declares it. */
const offered = [...readFileSync(`${LIB}index.ts`, 'utf8').matchAll(/export (?:type )?\{([^}]+)\} from '\.\/(.+?)'/g)]
  .filter(([, , file]) => /^ari\/|^events\/ari-pattern/.test(file as string))
  .flatMap(([, names, file]) =>
    (names as string)
      .split(',')
      .map((name) => name.replace('type ', '').trim())
      .filter(Boolean)
      .map((name) => [name, file as string] as const),
  );

test('the list of exports is not empty', () => {
  expect(offered.map(([name]) => name)).toEqual(expect.arrayContaining(['createAriClient', 'AriError', 'ariPattern']));
});

test.each(offered)('%s is explained with an example where it is declared', (name, file) => {
  const declaration = new RegExp(
    `/\\*\\*(?<doc>(?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:async )?(?:function|class|interface|type|const) ${name}\\b`,
  );
  expect(declaration.exec(readFileSync(LIB + file, 'utf8'))?.groups?.doc).toContain('@example');
});
