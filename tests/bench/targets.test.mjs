import assert from 'node:assert/strict';
import { test } from 'node:test';

import { guarded, scenarios } from '../../bench/scenarios.mjs';
import { judge, wording } from '../../bench/targets.mjs';

const runs = {
  salon: [120, 130, 110].map((cycle) => ({ server_cpu_us: { per_cycle: cycle } })),
  floor: [100, 100, 50].map((cycle) => ({ server_cpu_us: { per_cycle: cycle } })),
};
const judged = (target) => judge({ name: 'cycle', of: 'salon', ...target }, (name) => runs[name]);

test('targets: a ratio is the median of the ratios, not the ratio of the medians', () => {
  const target = { way: 'ratio', over: 'floor', most: 1.3 };

  assert.deepEqual(judged(target), { median: 1.3, least: 1.2, most: 2.2, count: 3, state: 'reached' });
  assert.equal(judged({ ...target, most: 1.29 }).state, 'open');
});

test('targets: an excess is what is above so many times the other', () => {
  assert.equal(judged({ way: 'excess', over: 'floor', times: 1, most: 25 }).median, 30);
  assert.equal(judged({ way: 'excess', over: 'floor', times: 1.5, most: 0 }).state, 'reached');
});

test('targets: a use is the part of a bound that is taken', () => {
  const target = { way: 'use', over: 'floor', times: 1, plus: 20 };

  assert.equal(judged(target).median, 130 / 120);
  assert.equal(wording({ name: 'cycle', of: 'salon', ...target }), 'salon: CPU per cycle / (1 x floor + 20)');
});

test('targets: a value may have to be small, large, or only reported', () => {
  assert.equal(judged({ way: 'value', most: 120 }).state, 'reached');
  assert.equal(judged({ way: 'value', least: 121 }).state, 'open');
  assert.equal(judged({ way: 'value' }).state, 'reported');
});

test('targets: what nobody measured is neither reached nor open', () => {
  const unmeasured = judge({ way: 'ratio', name: 'cycle', of: 'salon', over: 'gone', most: 1 }, () => undefined);

  assert.equal(unmeasured.state, 'not measured');
});

test('scenarios: every target and check is about cases of its scenario, which differ by name', () => {
  for (const [name, { cases, targets, checks, floor }] of [
    ...Object.entries(scenarios),
    ...Object.entries(guarded),
  ]) {
    const names = cases.map((each) => each.name);
    assert.equal(new Set(names).size, names.length, name);
    if (floor) assert.ok(names.includes(floor), name);
    for (const target of targets ?? checks)
      for (const one of [target.of, target.over].filter(Boolean))
        assert.ok(names.includes(one), `${name}: ${wording(target)}`);
  }
});
