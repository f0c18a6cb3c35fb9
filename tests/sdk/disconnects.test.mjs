// Each way the server ends a connection, as the SDK shows it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare, connected, refusal, sdkClient, subscribed } from './support/clients.mjs';
import { Server, serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  {
    'client.stale_close_delay': '300ms',
    'client.ping_interval': '1s',
    'client.pong_timeout': '900ms',
    'client.queue_max_size': '256KiB',
    'client.reply_bytes_max': '64KiB',
    'client.close_timeout': '10s',
    'namespaces.none.history_size': 0,
  },
);

// What the SDK makes of the end: it comes again, or it stays away.
async function end(client) {
  const { event, code, reason } = await client.happened.find(
    (x) => x.event === 'disconnected' || (x.event === 'connecting' && x.code !== 0),
  );
  return { comesAgain: event === 'connecting', code, reason };
}

async function metric(name) {
  const answer = await fetch(`http://127.0.0.1:${here.server.port}/metrics`);
  const line = (await answer.text()).split('\n').find((x) => x.startsWith(`${name} `));
  return Number(line.split(' ')[1]);
}

test('3001: the server stops, and says so to all', async (t) => {
  const server = await Server.start();
  const people = await Promise.all(['ana', 'bob'].map((name) => connected(t, server.url, name)));
  const bare = await Bare.open(t, server.textUrl());
  for (const person of people) await subscribed(person, 'stopping');
  server.signal('SIGTERM');

  for (const person of people)
    assert.deepEqual(await end(person), { comesAgain: true, code: 3001, reason: 'shutdown' });
  assert.deepEqual(await bare.close(), { code: 3001, reason: 'shutdown' });
  assert.equal(await server.ended, 0);
});

test('3001: what was published before the stop arrives before the end', async (t) => {
  const server = await Server.start();
  const [ana, bob] = await Promise.all(
    ['ana', 'bob'].map((name) => connected(t, server.url, name)),
  );
  const room = await subscribed(bob, 'last-words');
  const said = [...Array(100).keys()];
  await Promise.all(said.map((i) => ana.publish('last-words', i)));
  server.signal('SIGINT');

  assert.equal((await end(bob)).code, 3001);
  assert.deepEqual(room.publications.all.map((x) => x.data), said);
  assert.equal(await server.ended, 0);
});

// Ana says things to `room` until `isOver`, while Bob, who is in it, does not read.
async function overflow(t, room, isOver) {
  const [ana, bob] = await Promise.all(
    ['ana', 'bob'].map((name) => connected(t, here.server.url, name)),
  );
  const slow = await subscribed(bob, room);
  bob.tap.socket.pause();
  const left = await subscribed(ana, room, { joinLeave: true });
  const gone = left.people.find((x) => x.event === 'leave' && x.info.client === bob.id);
  const text = 'x'.repeat(50_000);
  let said = 0;
  const isGone = { yes: false };
  gone.then(() => (isGone.yes = true)).catch(() => {});
  // Until the socket's buffers are full, and then some.
  while (!(await isOver(isGone))) {
    await ana.publish(room, { i: ++said, text });
    assert.ok(said < 2_000, 'it never was too much');
  }
  bob.tap.socket.resume();
  return { ana, bob, slow, said };
}

test('3008: who does not read is let go where nothing is kept', async (t) => {
  const { ana, bob, slow, said } = await overflow(t, 'none:fast', (isGone) => isGone.yes);

  assert.deepEqual(await end(bob), { comesAgain: true, code: 3008, reason: 'slow' });
  await slow.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await slow.happened.find((x) => x.event === 'subscribed');
  const heard = slow.publications.all.map((x) => x.data.i);
  assert.deepEqual(heard, heard.map((_, i) => heard[0] + i));
  await ana.publish('none:fast', { i: said + 1 });
  await slow.publications.find((x) => x.data.i === said + 1);
});

test('who does not read for a while stays where it can read on, and misses nothing', async (t) => {
  const lags = async () => (await metric('salon_lagging_subscriptions')) > 0;
  const { ana, bob, slow, said } = await overflow(t, 'fast', lags);

  await ana.publish('fast', { i: said + 1 });
  await slow.publications.find((x) => x.data.i === said + 1);
  assert.deepEqual(
    slow.publications.all.map((x) => x.data.i),
    [...Array(said + 1).keys()].map((i) => i + 1),
  );
  assert.equal(bob.happened.all.filter((x) => x.event === 'connecting').length, 1);
});

test('3012: who answers no ping is let go', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  ana.tap.swallows = (frame) => frame === '{}';

  assert.deepEqual(await end(ana), { comesAgain: true, code: 3012, reason: 'no pong' });
  ana.tap.swallows = () => false;
  await ana.happened.find((x) => x.event === 'connected');
});

test('3500: a token, which nobody here can check', async (t) => {
  const ana = sdkClient(t, here.server.url, { token: 'a.b.c' });
  ana.connect();

  assert.deepEqual(await end(ana), { comesAgain: false, code: 3500, reason: 'invalid token' });
});

test('3501: a room without a name', async (t) => {
  const requests = ['subscribe', 'unsubscribe', 'publish', 'presence', 'presence_stats', 'history'];
  for (const request of requests) {
    const ana = await connected(t, here.server.url, 'ana');
    ana.tap.socket.send(JSON.stringify({ id: 9, [request]: { channel: '', data: 1 } }));
    const gone = await end(ana);
    assert.deepEqual(gone, { comesAgain: false, code: 3501, reason: 'bad request' }, request);
  }
  const bob = await connected(t, here.server.url, 'bob');
  const lost = refusal(bob.publish('', 1));
  assert.equal((await end(bob)).code, 3501);
  assert.equal((await lost).code, 11); // the SDK's own: the connection closed
});

test('3501: a second connect, a pong for no ping, what is no command', async (t) => {
  const bad = ['{"id":9,"connect":{}}', '{}', '{"id":9}', 'hello', '', '{"id":9,"publish":7}'];
  for (const frame of bad) {
    const ana = await connected(t, here.server.url, 'ana');
    ana.tap.socket.send(frame);
    const gone = await end(ana);
    assert.deepEqual(gone, { comesAgain: false, code: 3501, reason: 'bad request' }, frame);
  }
});

test('3502: who does not say who it is', async (t) => {
  const ana = sdkClient(t, here.server.url);
  ana.tap.swallows = () => true;
  ana.connect();

  assert.deepEqual(await end(ana), { comesAgain: false, code: 3502, reason: 'stale' });
});

test('3508: a message for nobody', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  await ana.send({ text: 'hello?' });

  assert.deepEqual(await end(ana), { comesAgain: false, code: 3508, reason: 'not available' });
});

test('1009: a message that is too big', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  const frame = JSON.stringify({ id: 2, publish: { channel: 'big', data: '' } });
  await ana.publish('big', 'x'.repeat(65_536 - frame.length));
  const lost = refusal(ana.publish('big', 'x'.repeat(65_537 - frame.length)));

  const gone = await end(ana);
  assert.deepEqual(gone, {
    comesAgain: false,
    code: 3,
    reason: 'message size limit exceeded',
  });
  assert.equal((await lost).code, 11);
  const bob = await connected(t, here.server.url, 'bob');
  assert.equal((await bob.history('big')).offset, 1);
});

test('disconnects: whoever is let go has left its rooms, once', async (t) => {
  const watcher = await connected(t, here.server.url, 'watcher');
  const room = await subscribed(watcher, 'watched', { joinLeave: true });
  const ends = {
    bad: (x) => x.tap.socket.send('bad'),
    mute: (x) => (x.tap.swallows = (frame) => frame === '{}'),
    caller: (x) => x.send(1),
    big: (x) => x.tap.socket.send('x'.repeat(70_000)),
    polite: (x) => x.disconnect(),
    cut: (x) => x.tap.socket._socket.resetAndDestroy(),
  };
  const away = { minReconnectDelay: 60_000, maxReconnectDelay: 60_000 };
  const people = await Promise.all(
    Object.keys(ends).map((name) => connected(t, here.server.url, name, away)),
  );
  await Promise.all(people.map((x) => subscribed(x, 'watched')));

  for (const [i, leave] of Object.values(ends).entries()) leave(people[i]);

  await room.people.reaches(1 + 2 * people.length);
  for (const person of people) {
    const about = room.people.all.filter((x) => x.info.client === person.id);
    assert.deepEqual(about.map((x) => x.event), ['join', 'leave']);
  }
  assert.deepEqual(await watcher.presenceStats('watched'), { numClients: 1, numUsers: 1 });
});
