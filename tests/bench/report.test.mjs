import assert from 'node:assert/strict';
import { test } from 'node:test';

import { between } from '../../bench/document.mjs';
import { plot } from '../../bench/plot.mjs';
import { report } from '../../bench/report.mjs';
import { written } from '../../bench/results.mjs';

const run = (cost) => ({
  deliveries: 1000,
  deliveries_per_second: 123456.7,
  server_cpu_us: { per_delivery: cost, user_per_delivery: cost / 4, system_per_delivery: (3 * cost) / 4 },
  latency_us: { p50: 1000, p99: 2500, p999: 3000 },
});
const measured = {
  processor: 'P', cores: 2, kernel: 'K', governor: 'G', compiler: 'C', salon: '1.0', commit: 'abc', date: 'D',
};
const result = {
  measured,
  rounds: 3,
  seconds: 5,
  cases: [
    { name: 'salon', server: 'salon', load: {}, notes: [], runs: [run(1.5), run(1), run(2)] },
    { name: 'floor', server: 'plain floor', load: {}, notes: [], runs: [run(1), run(1), run(1)] },
    { name: 'ws', server: 'ws', version: '8', load: {}, notes: ['2 lost', '2 lost'], runs: [run(9), null, run(9)] },
    { name: 'nats', server: 'nats', load: {}, absent: 'no <package>', notes: [], runs: [] },
  ],
};
const scenarios = {
  A: {
    title: 'a room',
    floor: 'floor',
    targets: [
      { way: 'ratio', name: 'cpu', of: 'salon', over: 'floor', most: 1.25 },
      { way: 'value', name: 'p99', of: 'salon', most: 3 },
    ],
  },
  B: { title: 'more', targets: [{ way: 'value', name: 'memory', of: 'salon', most: 2500 }] },
};
const text = report(scenarios, { A: result });
const rowOf = (beginning) => text.split('\n').find((line) => line.startsWith(beginning));

test('report: each target is reached, open or not measured', () => {
  assert.equal(
    rowOf('| A | salon: CPU'),
    '| A | salon: CPU per delivery / floor | at most 1.25 | 1.50 (1.00-2.00) | **open** |',
  );
  assert.equal(
    rowOf('| A | salon: p99'),
    '| A | salon: p99 latency | at most 3 ms | 2.50 (2.50-2.50) ms | reached |',
  );
  assert.equal(rowOf('| B '), '| B | salon: memory per connection | at most 2500 B |  | not measured |');
});

test('report: a row has cost, range, parts, ratio and latency', () => {
  assert.equal(
    rowOf('| salon |'),
    '| salon | 1.50 (1.00-2.00) | 0.38 + 1.13 | 1.50 (1.00-2.00) | 123,457 | 1.00 | 2.50 (2.50-2.50) | 3.00 |  |',
  );
});

test('report: a peer shows its version, what it did wrong, and why it is absent', () => {
  assert.match(rowOf('| ws 8 |'), /^\| ws 8 \| 9\.00 \(9\.00-9\.00\): 2 lost \|/);
  assert.match(rowOf('| nats |'), /^\| nats \| absent: no <package> \|/);
});

test('report: the facts of the machine stand below the figures', () => {
  assert.match(text, /D, 3 rounds of 5 s; salon 1\.0 \(abc\), C; P, 2 cores, Linux K, governor G\./);
});

test('report: all rows of a table have as many cells as its head', () => {
  for (const table of text.split('\n\n').filter((part) => part.startsWith('|'))) {
    const widths = table.split('\n').map((line) => line.split('|').length);
    assert.equal(new Set(widths).size, 1, table);
  }
});

test('document: only what is between the markers is replaced', () => {
  const [begin, end] = ['<!-- figures: written by ./dev bench -->', '<!-- end of the figures -->'];

  assert.equal(between(`a\n${begin}\nold\n${end}\nb`, 'new'), `a\n${begin}\n\nnew\n\n${end}\nb`);
  assert.throws(() => between('no markers', 'new'), /there is no <!-- figures/);
});

test('plot: a bar for each that was measured, as long as it costs', () => {
  const picture = plot({ A: result });
  const widths = [...picture.matchAll(/fill-opacity="1"/g)];
  const [salon, floor, ws] = [...picture.matchAll(/width="([\d.]+)" height="\d+" fill="[^"]+" fill-opacity="1"/g)].map(
    ([, width]) => Number(width),
  );

  assert.equal(widths.length, 3);
  assert.ok(Math.abs(salon / floor - 1.5) < 0.01 && Math.abs(ws / floor - 9) < 0.05);
  assert.doesNotMatch(picture, /NaN|undefined|nats/);
});

test('plot: names are text, not markup, and without deliveries there is no picture', () => {
  const odd = { ...result, cases: [{ ...result.cases[0], name: 'a<b&"c"' }] };
  const idle = { ...result, cases: [{ ...result.cases[0], load: { mode: 'idle' } }] };

  assert.match(plot({ A: odd }), />a&#60;b&#38;&#34;c&#34;</);
  assert.equal(plot({ A: idle }), undefined);
});

test('results: what is written is read back the same, a run on each line', () => {
  const text = written({ scenario: 'A', ...result });

  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ scenario: 'A', ...result })));
  assert.equal(text.split('\n').filter((line) => line.includes('"deliveries":')).length, 8);
});
