import assert from 'node:assert/strict';
import { test } from 'node:test';

import { measure, regressions } from '../../bench/guard.mjs';
import { smallestShare } from '../../bench/shares.mjs';

const memory = { margin: 1.5, remembered: { 'A, x': 2 } };

test('guard: what is within the margin holds, what is beyond it does not', () => {
  assert.deepEqual(regressions(['A, x'], { 'A, x': 3 }, memory), {});
  assert.deepEqual(regressions(['A, x'], { 'A, x': 3.01 }, memory), {
    'A, x': '3.01, which is more than 1.5 x 2',
  });
});

test('guard: what was not measured, or is not remembered, does not hold', () => {
  assert.match(regressions(['A, x'], {}, memory)['A, x'], /was not measured/);
  assert.match(regressions(['B, y'], { 'B, y': 1 }, memory)['B, y'], /remembers nothing/);
});

test('guard: it measures the median of the ratios of each check', () => {
  const cost = (...costs) => costs.map((each) => ({ deliveries: 1, server_cpu_us: { per_delivery: each } }));
  const check = { way: 'ratio', name: 'cpu', of: 'salon', over: 'floor' };

  const measured = measure([['A', { checks: [check] }]], { A: { salon: cost(4, 2, 9), floor: cost(2, 2, 3) } });

  assert.deepEqual(measured, { 'A, salon: CPU per delivery / floor': 2 });
});

test('shares: the smallest is that of the shard with the fewest deliveries', () => {
  const metrics = [
    '# TYPE salon_shard_deliveries_total counter',
    'salon_deliveries_total 100',
    'salon_shard_deliveries_total{shard="0"} 75',
    'salon_shard_deliveries_total{shard="1"} 25',
  ].join('\n');

  assert.equal(smallestShare(metrics), 0.25);
  assert.equal(smallestShare('salon_deliveries_total 100'), undefined);
});
