// What outlives the server's process, as the SDK sees it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { connected, subscribed } from './support/clients.mjs';
import { Proxy } from './support/proxy.mjs';
import { Server } from './support/server.mjs';

const numbers = (first, last) => [...Array(last - first + 1).keys()].map((i) => first + i);
const isSubscribed = (x) => x.event === 'subscribed';

// A place for a store, and servers that use it one after the other behind a road of their own.
async function place(t, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'salon-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const start = () => Server.start({ 'store.path': join(folder, 'rooms.db'), ...options });
  const here = { server: await start(), road: undefined, folder };
  here.road = await Proxy.start(t, here.server.port);
  here.killed = async () => {
    here.server.signal('SIGKILL');
    await here.server.ended;
    here.server = await start();
    here.road.target = here.server.port;
  };
  here.stopped = async () => {
    await here.server.stop();
    here.server = await start();
    here.road.target = here.server.port;
  };
  t.after(() => here.server.stop());
  return here;
}

for (const durability of ['process', 'disk'])
  test(`kill -9: with ${durability} a client notices a short reconnect and nothing else`, async (t) => {
    const here = await place(t, { 'defaults.durability': durability });
    const ana = await connected(t, here.road.url, 'ana');
    const bob = await connected(t, here.road.url, 'bob');
    const seat = await subscribed(ana, 'lobby');
    const first = seat.entered.streamPosition.epoch;
    await Promise.all(numbers(1, 20).map((i) => bob.publish('lobby', i)));

    await here.killed();
    const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);
    await bob.happened.find((x) => x.event === 'connected');
    await Promise.all(numbers(21, 25).map((i) => bob.publish('lobby', i)));
    await seat.publications.reaches(25);

    assert.equal(back.recovered, true);
    assert.equal(back.streamPosition.epoch, first);
    assert.deepEqual(seat.publications.all.map((x) => x.data), numbers(1, 25));
    assert.deepEqual(seat.publications.all.map((x) => x.offset), numbers(1, 25));
    const { publications, epoch } = await seat.history({ limit: 100 });
    assert.equal(epoch, first);
    assert.deepEqual(publications.map((x) => x.data), numbers(1, 25));
    assert.equal(publications[0].info.connInfo.name, 'bob');
  });

test('kill -9: an empty room keeps its epoch, too', async (t) => {
  const here = await place(t);
  const ana = await connected(t, here.road.url, 'ana');
  const seat = await subscribed(ana, 'empty');

  await here.killed();

  const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);
  assert.equal(back.recovered, true);
  assert.equal(back.streamPosition.epoch, seat.entered.streamPosition.epoch);
});

test('kill -9: a publish repeated with its key is the one that was', async (t) => {
  const here = await place(t);
  const ana = await connected(t, here.road.url, 'ana');
  const seat = await subscribed(ana, 'lobby');
  const call = { room: 'lobby', data: { text: 'once' }, key: randomUUID() };
  const once = (await ana.rpc('salon.publish', call)).data;

  await here.killed();
  await ana.happened.find((x) => x.event === 'connected');
  const again = (await ana.rpc('salon.publish', call)).data;
  await ana.publish('lobby', 'after');
  await seat.publications.find((x) => x.data === 'after');

  assert.deepEqual(again, once);
  assert.equal(seat.publications.all.filter((x) => x.data.text === 'once').length, 1);
});

test('a stop and a start are like a kill, only gentler', async (t) => {
  const here = await place(t);
  const ana = await connected(t, here.road.url, 'ana');
  const seat = await subscribed(ana, 'lobby');
  await ana.publish('lobby', 1);

  await here.stopped();
  const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);

  assert.equal(back.recovered, true);
  assert.equal(back.streamPosition.epoch, seat.entered.streamPosition.epoch);
});

test('none: a room that is not durable starts over, and its clients are told', async (t) => {
  const here = await place(t, { 'namespaces.gone.durability': 'none' });
  const ana = await connected(t, here.road.url, 'ana');
  const seat = await subscribed(ana, 'gone:room');
  await ana.publish('gone:room', 1);

  await here.killed();
  const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);

  assert.equal(back.recovered, false);
  assert.notEqual(back.streamPosition.epoch, seat.entered.streamPosition.epoch);
});

test('text clients read each other across a restart', async (t) => {
  const here = await place(t);
  const ana = await connected(t, here.road.url, 'ana');
  await ana.publish('lobby', { text: 'before' });

  await here.killed();
  await ana.happened.find((x) => x.event === 'connected');
  const { publications } = await ana.history('lobby', { limit: 10 });

  assert.deepEqual(publications.map((x) => x.data), [{ text: 'before' }]);
});

test('a second server on the same store is refused with a sentence', async (t) => {
  const here = await place(t);

  const second = Server.start({ 'store.path': join(here.folder, 'rooms.db') });

  await assert.rejects(second, (why) => {
    assert.match(why.message, /cannot keep rooms/);
    assert.match(why.message, new RegExp(`rooms\\.db`));
    assert.match(why.message, new RegExp(`\\b${here.server.pid}\\b`));
    return true;
  });
});
