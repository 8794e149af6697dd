import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../connector/config.ts';
import { readNodes } from '../../../lib/ari/node.ts';
import { nodeClients } from '../../../lib/call-handler/nodes.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com/ari', apps: ['a'], secretId: 's' };

function fileWith(text: string): string {
  const file = join(folderOfTest(), 'nodes.json');
  writeFileSync(file, text);
  return file;
}

test('two hundred nodes are read from a file, relative to the function’s folder', () => {
  const nodes = Array.from({ length: 200 }, (_, index) => ({ ...NODE, name: `pbx-${index}` }));
  const folder = folderOfTest();
  writeFileSync(join(folder, 'nodes.json'), JSON.stringify(nodes));
  expect(readNodes({ ARI_NODES_FILE: 'nodes.json', LAMBDA_TASK_ROOT: folder })).toEqual(nodes);
});

test('ARI_NODES takes precedence over the file', () => {
  const ARI_NODES = JSON.stringify([NODE]);
  expect(readNodes({ ARI_NODES, ARI_NODES_FILE: '/nowhere.json' })).toEqual([NODE]);
});

test('a handler finds the client of a node of the file', () => {
  const clientOf = nodeClients({ ARI_NODES_FILE: fileWith(JSON.stringify([NODE])) });
  expect(clientOf('pbx-1')).toBe(clientOf('pbx-1'));
});

describe('what is wrong with the file is a message with its name', () => {
  test.each([
    ['a missing one', () => '/nowhere.json', /^ARI_NODES_FILE: expected a file .* ENOENT \(\/nowhere\.json\)$/],
    ['no JSON', () => fileWith('no json'), /nodes\.json: expected a list of at least one node/],
    ['a node without url', () => fileWith('[{"name":"x"}]'), /nodes\.json: node "x": expected `url`/],
  ])('%s, for a function', (_, file, message) => {
    expect(() => readNodes({ ARI_NODES_FILE: file() })).toThrow(message);
  });

  test.each([
    ['a missing one', () => '/nowhere.json', /- ARI_NODES_FILE: expected a file .* ENOENT/],
    ['no JSON', () => fileWith('no json'), /nodes\.json: expected JSON/],
    ['a node without secret', () => fileWith('[{"name":"x"}]'), /nodes\.json: node "x": expected `secretId`/],
  ])('%s, for the connector', (_, file, message) => {
    const environment = { EVENT_BUS_NAME: 'bus', AWS_REGION: 'eu-west-1', ARI_NODES_FILE: file() };
    expect(() => readConfig(environment)).toThrow(message);
  });
});
