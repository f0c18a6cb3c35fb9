// The three nodes that are measured are a cluster indeed, and go when they are told to.
import assert from 'node:assert/strict';
import { test } from 'node:test';

process.env.BENCH_PROGRAMS = process.env.BENCH_FOLDER;
const { start } = await import('../../bench/servers.mjs');
const { load } = await import('../../bench/harness.mjs');
const { scenarios } = await import('../../bench/scenarios.mjs');

async function metricOf(url, name) {
  const metrics = await (await fetch(new URL('/metrics', url.replace('ws:', 'http:')))).text();
  return Number(metrics.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1]);
}

test('cluster: every node delivers what was published on all, and nothing is lost', async (t) => {
  const cluster = await start('salon on three nodes');
  t.after(() => cluster.stop());

  const run = await load(cluster, 'text', { rooms: 2, members: 6, publishers: 3, rate: 200, seconds: 0.5, warmup: 0 });

  assert.equal(run.verified, true);
  assert.equal(run.servers, 3);
  assert.ok(run.publications > 0);
  assert.equal(run.deliveries, 6 * run.publications);
  assert.ok(Number.isFinite(run.server_cpu_us.per_delivery));
  // A third of the members is on each, and has all of it.
  for (const url of cluster.urls)
    assert.ok((await metricOf(url, 'salon_deliveries_total')) >= run.deliveries / 3, url);
});

test('cluster: it sees all its nodes when it has started, and all have ended when it has stopped', async () => {
  const cluster = await start('salon on three nodes');
  const { urls, pids } = cluster;
  const seen = await Promise.all(urls.map((url) => metricOf(url, 'salon_nodes')));

  await cluster.stop();

  assert.deepEqual(seen, [3, 3, 3]);
  assert.equal(new Set(pids).size, 3);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('cluster: each node has as many members of a room as any other, and as many publishers', () => {
  const onNodes = scenarios.S11.cases.filter(({ server }) => server === 'salon on three nodes');

  assert.ok(onNodes.length > 0);
  for (const { name, load: { members, publishers } } of onNodes)
    assert.deepEqual([members % 3, publishers % 3], [0, 0], name);
});
