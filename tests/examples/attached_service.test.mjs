import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Cluster, sdkClient } from './programs.mjs';

test('attached service: it answers the clients of all nodes', async (t) => {
  const cluster = await Cluster.of(t, 2);
  await cluster.attach(t, 'attached_service');
  const { client: ana } = await sdkClient(t, cluster.nodes[0], 'Ana');
  const { client: bob } = await sdkClient(t, cluster.nodes[1], 'Bob');

  await eventually(() => ana.rpc('poll.create', { poll: 'tea?' }));

  const votes = async (who) => (await who.rpc('poll.vote', { poll: 'tea?', choice: 'yes' })).data.votes;
  assert.equal(await votes(ana), 1);
  assert.equal(await eventually(() => votes(bob)), 2);
  await assert.rejects(bob.rpc('poll.create', { poll: 'tea?' }), { code: 409 });
  await assert.rejects(bob.rpc('poll.close', {}), { code: 104 });
});

test('attached service: killed, its methods are not available; started again, they are', async (t) => {
  const cluster = await Cluster.of(t, 2);
  const service = await cluster.attach(t, 'attached_service');
  const { client: ana } = await sdkClient(t, cluster.nodes[0], 'Ana');
  const { client: bob } = await sdkClient(t, cluster.nodes[1], 'Bob');
  await eventually(() => ana.rpc('poll.create', { poll: 'tea?' }));

  await service.kill();
  await Promise.all(cluster.nodes.map((each) => each.says(/ link lost node=polls /)));

  for (const each of [ana, bob])
    await assert.rejects(each.rpc('poll.vote', { poll: 'tea?' }), { code: 108 });
  await cluster.attach(t, 'attached_service');
  // A new life: it remembers nothing of the one before.
  await eventually(() => bob.rpc('poll.create', { poll: 'tea?' }));
});

// Being attached and being heard of are two things: what is not available yet is asked again.
async function eventually(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (why) {
      if (why.code !== 108) throw why;
    }
  }
}
