// Many commands and replies in few frames.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, sdkClient, subscription } from './support/clients.mjs';
import { Server, serverFor } from './support/server.mjs';

const here = serverFor({ before, after });
const names = [...Array(200).keys()].map((i) => `room-${i}`);

const commandsOf = (frame) => frame.split('\n').filter((x) => x !== '').length;
const sum = (frames) => frames.reduce((total, x) => total + commandsOf(x), 0);

// Subscribes `client`, which is not connected yet, to all the names; what became of each.
async function subscribeToAll(client) {
  const rooms = names.map((name) => subscription(client, name));
  for (const room of rooms) room.subscribe();
  client.connect();
  const ends = rooms.map((room) =>
    room.happened.find((x) => x.event === 'subscribed' || x.event === 'unsubscribed'),
  );
  return { rooms, ends: await Promise.all(ends) };
}

test('batching: of 200 subscriptions in a frame 128 are made, the rest is too many', async (t) => {
  const client = sdkClient(t, here.server.url, { data: { name: 'ana' } });
  const { ends } = await subscribeToAll(client);

  const made = ends.filter((x) => x.event === 'subscribed').map((x) => x.channel);
  const refused = ends.filter((x) => x.event === 'unsubscribed');
  assert.deepEqual(made, names.slice(0, 128));
  assert.deepEqual(refused.map((x) => x.channel), names.slice(128));
  assert.ok(refused.every((x) => x.code === 106 && x.reason === 'limit exceeded'));
  assert.equal(client.state, 'connected');
});

test('batching: a room that was left makes room for another', async (t) => {
  const client = sdkClient(t, here.server.url);
  const { rooms } = await subscribeToAll(client);
  rooms[0].unsubscribe();
  rooms[199].subscribe();

  await rooms[199].ready(15_000);
  rooms[198].subscribe();
  const end = await rooms[198].happened.find((x) => x.event === 'unsubscribed');
  assert.equal(end.code, 106);
});

test('batching: with a higher limit all 200 are made, in few frames both ways', async (t) => {
  const server = await Server.start({ 'client.channel_limit': 200 });
  t.after(() => server.stop());
  const client = sdkClient(t, server.url, { data: { name: 'ana' } });
  const { rooms, ends } = await subscribeToAll(client);

  assert.ok(ends.every((x) => x.event === 'subscribed'));
  assert.equal(client.tap.sent.length, 1);
  assert.equal(commandsOf(client.tap.sent[0]), 201);
  assert.equal(sum(client.tap.received), 201);
  assert.ok(client.tap.received.length <= 100, `${client.tap.received.length} frames`);

  // Publications too: one frame in, few frames out, all of it and in order.
  const before_ = client.tap.received.length;
  client.startBatching();
  const published = names.map((name, i) => client.publish(name, i));
  client.stopBatching();
  await Promise.all(published);
  for (const [i, room] of rooms.entries()) assert.equal((await room.publications.next()).data, i);
  assert.equal(client.tap.sent.length, 2);
  const frames = client.tap.received.slice(before_);
  assert.equal(sum(frames), 400);
  assert.ok(frames.length <= 200, `${frames.length} frames`);
});

test('batching: all kinds of commands in one frame are each answered', async (t) => {
  const client = await connected(t, here.server.url, 'ana');
  const room = subscription(client, 'kinds');
  client.startBatching();
  room.subscribe();
  const all = [
    client.publish('kinds', 'a'),
    client.presence('kinds'),
    client.presenceStats('kinds'),
    client.history('kinds', { limit: 1 }),
    client.rpc('salon.rooms', {}),
  ];
  client.stopBatching();

  const [published, presence, stats, history, rooms] = await Promise.all(all);
  assert.deepEqual(published, {});
  assert.deepEqual(Object.keys(presence.clients), [client.id]);
  assert.deepEqual(stats, { numClients: 1, numUsers: 1 });
  assert.deepEqual(history.publications.map((x) => x.data), ['a']);
  assert.equal(rooms.data.v, 1);
  assert.equal((await room.publications.next()).data, 'a');
  assert.equal(client.tap.sent.length, 2);
});
