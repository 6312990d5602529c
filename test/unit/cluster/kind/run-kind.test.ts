import { expect, test } from 'vitest';
import { stepOf } from '../../../../sandbox-server/cluster/kind/run-kind.ts';

test('a line of kind’s that begins a step is told without its picture; others are not steps', () => {
  expect(stepOf(' • Preparing nodes 📦 📦  ...')).toBe('Preparing nodes');
  expect(stepOf(' • Ensuring node image (drydock-kubernetes/node:v1.36.1-abc) 🖼  ...')).toBe(
    'Ensuring node image (drydock-kubernetes/node:v1.36.1-abc)',
  );
  expect(stepOf(' • Starting control-plane 🕹️  ...')).toBe('Starting control-plane');
  expect(stepOf(' ✓ Preparing nodes 📦')).toBeUndefined();
  expect(stepOf('Creating cluster "x" ...')).toBeUndefined();
});
