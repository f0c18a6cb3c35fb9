import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sdkClient, serve } from './programs.mjs';

test('poll service: each client has one vote, and may change its mind', async (t) => {
  const server = await serve(t, 'poll_service');
  const { client: ana } = await sdkClient(t, server, 'Ana');
  const { client: bob } = await sdkClient(t, server, 'Bob');
  const votes = async (who, choice) =>
    (await who.rpc('poll.vote', { poll: 'tea?', choice })).data.votes;

  await ana.rpc('poll.create', { poll: 'tea?' });

  assert.equal(await votes(ana, 'yes'), 1);
  assert.equal(await votes(bob, 'yes'), 2);
  assert.equal(await votes(bob, 'no'), 1);
  assert.equal(await votes(ana, 'yes'), 1);
});

test('poll service: what it cannot do is an error with a code', async (t) => {
  const server = await serve(t, 'poll_service');
  const { client } = await sdkClient(t, server, 'Ana');

  await client.rpc('poll.create', { poll: 'tea?' });

  await assert.rejects(client.rpc('poll.create', { poll: 'tea?' }), { code: 409 });
  await assert.rejects(client.rpc('poll.vote', { poll: 'coffee?' }), { code: 404 });
  await assert.rejects(client.rpc('poll.close', {}), { code: 104 });
});
