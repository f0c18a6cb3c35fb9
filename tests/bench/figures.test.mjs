import assert from 'node:assert/strict';
import { test } from 'node:test';

import { faults, figure, ratios, summary } from '../../bench/figures.mjs';

const costing = (...costs) =>
  costs.map((cost) => cost && { deliveries: 1, server_cpu_us: { per_delivery: cost } });

test('figures: a summary is the median and the range of what there is', () => {
  assert.deepEqual(summary([3, undefined, 1, 2]), { median: 2, least: 1, most: 3, count: 3 });
  assert.equal(summary([4, 1, 2, 3]).median, 2.5);
  assert.equal(summary([10, 9, 100]).median, 10);
  assert.equal(summary([undefined]), undefined);
});

test('figures: ratios are of the same round, and a round that one lacks is left out', () => {
  assert.deepEqual(ratios(costing(2, null, 9, 8), costing(1, 5, null, 4), 'cpu'), [2, 2]);
});

test('figures: to divide by nothing gives no ratio', () => {
  const free = [{ deliveries: 1, server_cpu_us: { per_delivery: 0 } }];

  assert.deepEqual(ratios(costing(2), free, 'cpu'), []);
});

test('figures: a run in which nothing was delivered has no cost of a delivery', () => {
  assert.equal(figure({ deliveries: 0, server_cpu_us: { per_delivery: 0 } }, 'cpu'), undefined);
  assert.equal(figure(costing(2)[0], 'cpu'), 2);
  assert.equal(figure(null, 'cpu'), undefined);
});

test('figures: latencies are in milliseconds', () => {
  assert.equal(figure({ latency_us: { p99: 1500 } }, 'p99'), 1.5);
});

test('figures: each thing that went wrong in a run is named', () => {
  const well = { deliveries: 5, lost: 0, doubled: 0, swapped: 0, disconnected: 0, verified: true };

  assert.deepEqual(faults(well), []);
  assert.deepEqual(faults({ ...well, lost: 2, swapped: 1, verified: false }), ['2 lost', '1 swapped']);
  assert.deepEqual(faults({ ...well, doubled: 3, disconnected: 4 }), ['3 doubled', '4 disconnected']);
  assert.deepEqual(faults({ ...well, deliveries: 0 }), ['delivered nothing']);
  assert.deepEqual(faults({ ...well, failure: 'it was late' }), ['it was late']);
  assert.deepEqual(faults({ ...well, verified: false }), ['not verified']);
});
