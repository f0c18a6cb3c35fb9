// The runner, with programs that stand in for the servers and the harness.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const costing = (cost) => ({ server_cpu_us: { per_delivery: cost } });
const figures = {
  1001: costing(1.1), // salon
  1002: costing(1), // plain floor
  1003: costing(0.5), // batched floor
  1004: costing(5), // Beast program
  cluster: costing(3.3), // salon on three nodes
};

let programs;
before(() => {
  programs = mkdtempSync(join(tmpdir(), 'salon-stand-ins-'));
  for (const name of ['salon', 'floor', 'beast_chat'])
    symlinkSync(here('stand_in.mjs'), join(programs, name));
});
after(() => rmSync(programs, { recursive: true }));

function project(t) {
  const folder = mkdtempSync(join(tmpdir(), 'salon-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'docs'));
  cpSync(here('../../docs/performance.md'), join(folder, 'docs/performance.md'));
  return folder;
}

function run(folder, measured, ...words) {
  const done = spawnSync(process.execPath, [here('../../bench/run.mjs'), ...words, '--out', folder], {
    encoding: 'utf8',
    env: { ...process.env, BENCH_PROGRAMS: programs, FIGURES: JSON.stringify(measured) },
  });
  return { ...done, said: done.stdout + done.stderr };
}

const resultOf = (folder, name) => JSON.parse(readFileSync(join(folder, `bench/results/${name}.json`), 'utf8'));
const rowsOf = (folder, scenario) =>
  readFileSync(join(folder, 'docs/performance.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`| ${scenario} |`))
    .join('\n');

test('runner: the servers alternate, and each round begins with another', (t) => {
  const { stdout, status } = run(project(t), figures, 'S1b', '--rounds', '2', '--seconds', '1');

  const order = [...stdout.matchAll(/round (\d): ([^:]+):/g)].map(([, round, name]) => `${round} ${name}`);
  assert.equal(status, 0);
  assert.deepEqual(order, [
    '1 salon', '1 plain floor', '1 batched floor', '1 Beast program',
    '2 plain floor', '2 batched floor', '2 Beast program', '2 salon',
  ]);
});

test('runner: the harness is asked for the load of the scenario, and knows the server', (t) => {
  const folder = project(t);

  run(folder, figures, 'S1b', '--rounds', '1', '--seconds', '3');

  const [{ runs, version }] = resultOf(folder, 'S1b').cases;
  const asked = runs[0].asked.join(' ');
  assert.equal(version, '9.8.7');
  assert.match(asked, /^bench ws:\/\/127\.0\.0\.1:1001\/ --json --protocol text --pid \d+ /);
  assert.match(asked, / --rooms 1 --members 1000 --publishers 1 --rate 0 --seconds 3 --warmup 1 --spin$/);
});

test('runner: of a cluster the harness knows all servers and all processes', (t) => {
  const folder = project(t);

  const { status } = run(folder, figures, 'S11', '--rounds', '1');

  const { runs } = resultOf(folder, 'S11').cases.find(({ server }) => server === 'salon on three nodes');
  const asked = runs[0].asked.join(' ');
  assert.equal(status, 0);
  assert.match(asked, /^bench( ws:\/\/127\.0\.0\.1:\d+\/){3} --json --protocol text( --pid \d+){3} --rooms 2 /);
  assert.equal(new Set(asked.match(/ws:\S+|--pid \d+/g)).size, 6);
  assert.match(rowsOf(folder, 'S11'), /three nodes.* \/ one node.* \| reported \| 3\.00 \(3\.00-3\.00\) \| reported \|/);
});

test('runner: figures are kept and written down, and those of other scenarios stay', (t) => {
  const folder = project(t);
  run(folder, figures, 'S1b', '--rounds', '1');
  run(folder, figures, 'S6b', '--rounds', '1');

  run(folder, { ...figures, 1001: costing(3) }, 'S1b', '--rounds', '1');

  assert.match(rowsOf(folder, 'S1b'), /3\.00 \(3\.00-3\.00\) \| \*\*open\*\* \|/);
  assert.match(rowsOf(folder, 'S6b'), /2\.20 \(2\.20-2\.20\) \| \*\*open\*\* \|/);
  assert.match(rowsOf(folder, 'S2'), /not measured/);
  assert.ok(existsSync(join(folder, 'docs/images/performance.svg')));
});

test('runner: what ours lost fails the run and is not kept', (t) => {
  const folder = project(t);
  run(folder, figures, 'S1b', '--rounds', '1');

  for (const wrong of [{ lost: 1 }, { doubled: 1 }, { swapped: 1 }, { disconnected: 1 }]) {
    const { status, said } = run(folder, { ...figures, 1001: { ...costing(9), ...wrong } }, 'S1b', '--rounds', '1');
    assert.equal(status, 1);
    assert.match(said, new RegExp(`salon: 1 ${Object.keys(wrong)}`));
  }
  assert.match(rowsOf(folder, 'S1b'), /1\.10 \(1\.10-1\.10\) \| reached \|/);
});

test('runner: what a peer lost is in its row, and fails nothing', (t) => {
  const folder = project(t);

  const { status } = run(folder, { ...figures, 1004: { ...costing(9), swapped: 7 } }, 'S1b', '--rounds', '1');

  assert.equal(status, 0);
  assert.match(rowsOf(folder, 'Beast program'), /9\.00 \(9\.00-9\.00\): 7 swapped/);
});

test('runner: a harness that measures nothing is told with what it said', (t) => {
  const none = { silent: true, complaint: 'nobody answers' };

  const { status, said } = run(project(t), { ...figures, 1002: none }, 'S1b', '--rounds', '1');

  assert.equal(status, 1);
  assert.match(said, /plain floor: the harness ended with 0: nobody answers/);
});

test('runner: a program that is not there fails, and is named', (t) => {
  const folder = project(t);
  const done = spawnSync(
    process.execPath,
    [here('../../bench/run.mjs'), 'S6b', '--rounds', '1', '--out', folder],
    { encoding: 'utf8', env: { ...process.env, BENCH_PROGRAMS: folder } },
  );

  assert.equal(done.status, 1);
  assert.match(done.stdout, /salon never said .*ended with 127/);
});

// -- the short form -----------------------------------------------------------

const idle = { server_memory: { bytes_per_connection: 2000 } };
const guarded = Object.fromEntries(
  Object.entries(figures).map(([port, each]) => [
    port,
    { ...idle, server_cpu_us: { ...each.server_cpu_us, per_connect: 30 } },
  ]),
);
const slower = { ...guarded, 1001: { ...guarded[1001], server_cpu_us: { per_delivery: 1.7, per_connect: 30 } } };

function remembering(t) {
  const folder = project(t);
  mkdirSync(join(folder, 'bench'));
  writeFileSync(join(folder, 'bench/guard.json'), JSON.stringify({ margin: 1.5, remembered: {} }));
  run(folder, guarded, '--quick', '--record', '--rounds', '1');
  return folder;
}

test('runner: --quick holds what it measures to what was remembered', (t) => {
  const folder = remembering(t);

  const { stdout, status } = run(folder, guarded, '--quick', '--rounds', '1');

  assert.equal(status, 0);
  assert.equal(stdout.trim().split('\n').at(-1), '4 passed, 0 failed');
});

test('runner: --quick measures what got worse once more, and fails when it stays so', (t) => {
  const folder = remembering(t);

  const { stdout, status } = run(folder, slower, '--quick', '--rounds', '1');

  assert.equal(status, 1);
  assert.match(stdout, /measured once more: S1, S3$/m);
  assert.match(stdout, /S1, salon: CPU per delivery \/ batched floor: 3\.4, which is more than 1\.5 x 2\.2/);
  assert.equal(stdout.trim().split('\n').at(-1), '2 passed, 2 failed');
});

test('runner: --quick fails when something of ours was lost, however fast', (t) => {
  const folder = remembering(t);

  const { stdout, status } = run(folder, { ...guarded, 1001: { ...guarded[1001], lost: 1 } }, '--quick', '--rounds', '1');

  assert.equal(status, 1);
  assert.equal(stdout.trim().split('\n').at(-1), '4 passed, 1 failed');
});

test('runner: mistakes of use end with 2 and a sentence', (t) => {
  const folder = project(t);
  for (const [words, sentence] of [
    [['S99'], /there is no scenario 'S99'/],
    [['--rounds', 'many'], /'many': expected a number, at least 1/],
    [['--cores', '0,0'], /'0,0': expected two cores/],
    [['--quick', 'S5'], /there is no scenario 'S5'/],
    [['--nope'], /--nope/],
  ]) {
    const { status, stderr } = run(folder, figures, ...words);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, sentence);
  }
});

test('runner: --report writes the document of what was kept, and measures nothing', (t) => {
  const folder = project(t);
  run(folder, figures, 'S1b', '--rounds', '1');
  const kept = readFileSync(join(folder, 'docs/performance.md'), 'utf8');
  writeFileSync(join(folder, 'docs/performance.md'), readFileSync(here('../../docs/performance.md')));

  const { stdout, status } = run(folder, figures, '--report');

  assert.equal(status, 0);
  assert.equal(stdout, '');
  assert.equal(readFileSync(join(folder, 'docs/performance.md'), 'utf8'), kept);
});
