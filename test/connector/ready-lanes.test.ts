import { expect, test } from 'vitest';
import { type ReadyLane, ReadyLanes } from '../../connector/ready-lanes.ts';

interface Lane extends ReadyLane {
  name: string;
}
const laneOf = (name: string): Lane => ({ name, node: name.slice(0, 1), arrival: 'live' });

function lanesOf(...names: string[]): ReadyLanes<Lane> {
  const lanes = new ReadyLanes<Lane>();
  for (const name of names) lanes.push(laneOf(name));
  return lanes;
}

const takeAll = (lanes: ReadyLanes<Lane>, count: number): Lane[] =>
  Array.from({ length: count }, () => lanes.take('live')).filter((lane) => lane !== undefined);

test('nodes take turns, a lane each', () => {
  const lanes = lanesOf('a1', 'a2', 'a3', 'b1', 'c1');
  expect(takeAll(lanes, 6).map(({ name }) => name)).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  expect(lanes.isEmpty).toBe(true);
});

test('a node of which nothing was accepted comes first, also where it has more lanes that wait for their turn', () => {
  const lanes = lanesOf('a1', 'a2', 'b1', 'b2');
  const [a, b] = takeAll(lanes, 2) as [Lane, Lane];
  lanes.push(a);
  lanes.putBack([b], () => true);
  expect(takeAll(lanes, 4).map(({ name }) => name)).toEqual(['b1', 'a2', 'b2', 'a1']);
  expect(lanes.isEmpty).toBe(true);
});

test('the node that was first stays first while nothing is accepted', () => {
  const lanes = lanesOf('a1', 'b1', 'c1');
  lanes.putBack(takeAll(lanes, 3), () => true);
  expect(takeAll(lanes, 3).map(({ name }) => name)).toEqual(['a1', 'b1', 'c1']);
});

test('the lanes of a node that were first stay first, in their order, while nothing is accepted', () => {
  const lanes = lanesOf('a1', 'a2', 'a3', 'a4');
  for (let request = 0; request < 3; request++) lanes.putBack(takeAll(lanes, 3), () => true);
  expect(takeAll(lanes, 4).map(({ name }) => name)).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('at a bus that takes one entry of each second request, each lane of a node gets its turn, also where others come', () => {
  const lanes = lanesOf('a1', 'a2', 'a3', 'a4', 'a5');
  const accepted: string[] = [];
  for (let request = 0; request < 20; request++) {
    const [first, ...others] = takeAll(lanes, 3) as [Lane, ...Lane[]];
    if (request % 2 === 0) lanes.putBack([first, ...others], () => true);
    else {
      accepted.push(first.name);
      lanes.putBack(others, () => true);
      lanes.push(laneOf(`a${accepted.length + 5}`));
    }
  }
  expect(accepted).toEqual(Array.from({ length: 10 }, (_, i) => `a${i + 1}`));
});

test.each([2, 3, 4, 5, 6, 7, 10, 12])(
  'of %i nodes each gets as much of a bus that takes one entry of each request',
  (count) => {
    const nodes = Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i));
    const lanes = lanesOf(...nodes.flatMap((node) => Array.from({ length: 12 }, (_, i) => `${node}${i}`)));
    const accepted = new Map(nodes.map((node) => [node, 0]));
    for (let request = 0; request < 20 * count; request++) {
      const [first, ...others] = takeAll(lanes, 10) as [Lane, ...Lane[]];
      accepted.set(first.node, (accepted.get(first.node) ?? 0) + 1);
      lanes.push(first);
      lanes.putBack(others, (node) => node !== first.node);
    }
    expect([...new Set(accepted.values())]).toEqual([20]);
  },
);
