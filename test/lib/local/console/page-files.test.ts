import { expect, test } from 'vitest';
import { bundlePage } from '../../../../lib/local/console/page-files.ts';

test('the page’s files are small', async () => {
  const files = await bundlePage();
  expect([...files.keys()].toSorted()).toEqual(['/', '/icon.svg', '/main.js', '/page.css']);
  expect(files.get('/main.js')?.body.length).toBeLessThan(60_000);
});
