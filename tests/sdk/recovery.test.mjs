// What a client missed while it was away: it gets it, or it is told that it cannot.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, refused, sdkClient, subscribed, subscription } from './support/clients.mjs';
import { Proxy } from './support/proxy.mjs';
import { Server, serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  {
    'namespaces.short.history_size': 5,
    'namespaces.none.history_size': 0,
    'namespaces.asked.force_recovery': false,
    'namespaces.brief.history_ttl': '300ms',
    'client.recovery_max_publication_limit': 50,
  },
);

const numbers = (first, last) => [...Array(last - first + 1).keys()].map((i) => first + i);
const dataOf = (inbox) => inbox.all.map((x) => x.data);
const isSubscribed = (x) => x.event === 'subscribed';

// Ana behind a road that can be cut, in `room`, and Bob beside it who says the numbers.
async function scene(t, room, options = {}) {
  const road = await Proxy.start(t, here.server.port);
  const ana = await connected(t, road.url, 'ana');
  const bob = await connected(t, here.server.url, 'bob');
  const seat = await subscribed(ana, room, options);
  const say = (first, last) => Promise.all(numbers(first, last).map((i) => bob.publish(room, i)));
  return { road, ana, bob, seat, say };
}

test('recovery: what was said during a cut arrives once and in order', async (t) => {
  const { road, seat, say } = await scene(t, 'cut');
  await say(1, 3);
  await seat.publications.take(3);

  road.cut();
  await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await say(4, 10);
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.wasRecovering, true);
  assert.equal(back.recovered, true);
  assert.equal(back.hasRecoveredPublications, true);
  await say(11, 12);
  await seat.publications.reaches(12);
  assert.deepEqual(dataOf(seat.publications), numbers(1, 12));
  assert.deepEqual(seat.publications.all.map((x) => x.offset), numbers(1, 12));
  assert.ok(seat.publications.all.every((x) => x.info.connInfo.name === 'bob'));
});

test('recovery: nothing missed is recovered, too', async (t) => {
  const { road, seat, say } = await scene(t, 'nothing');
  await say(1, 2);
  await seat.publications.take(2);
  road.cut();
  road.open();

  const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);
  assert.equal(back.recovered, true);
  assert.equal(back.hasRecoveredPublications, false);
  assert.equal(back.streamPosition.offset, 2);
  await say(3, 3);
  await seat.publications.reaches(3);
  assert.deepEqual(dataOf(seat.publications), [1, 2, 3]);
});

test('recovery: a room that was silent so far is recovered from its beginning', async (t) => {
  const { road, seat, say } = await scene(t, 'silent');
  road.cut();
  await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await say(1, 3);
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.recovered, true);
  await seat.publications.reaches(3);
  assert.deepEqual(dataOf(seat.publications), [1, 2, 3]);
});

test('recovery: while others go on talking, cut after cut loses and doubles nothing', async (t) => {
  const { road, seat, say } = await scene(t, 'unrest');
  const cuts = 20;
  for (let i = 0; i < cuts; ++i) {
    const heard = seat.publications.reaches(i * 30 + 5);
    const said = [say(i * 30 + 1, i * 30 + 10)];
    await heard;
    road.cut();
    said.push(say(i * 30 + 11, i * 30 + 20));
    await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
    road.open();
    said.push(say(i * 30 + 21, i * 30 + 30));
    assert.equal((await seat.happened.find(isSubscribed)).recovered, true);
    await Promise.all(said);
  }

  await seat.publications.reaches(cuts * 30);
  await say(cuts * 30 + 1, cuts * 30 + 1);
  await seat.publications.reaches(cuts * 30 + 1);
  assert.deepEqual(dataOf(seat.publications), numbers(1, cuts * 30 + 1));
});

test('recovery: more than the room keeps is not recovered, and told so', async (t) => {
  const { road, seat, say } = await scene(t, 'short:overrun');
  await say(1, 2);
  await seat.publications.take(2);
  road.cut();
  await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await say(3, 8); // 2 is the last that was heard, 4 the first that is kept
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.wasRecovering, true);
  assert.equal(back.recovered, false);
  assert.equal(back.streamPosition.offset, 8);
  await say(9, 9);
  await seat.publications.reaches(3);
  assert.deepEqual(dataOf(seat.publications), [1, 2, 9]);
});

test('recovery: exactly what the room keeps is recovered', async (t) => {
  const { road, seat, say } = await scene(t, 'short:brim');
  await say(1, 2);
  await seat.publications.take(2);
  road.cut();
  await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await say(3, 7);
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.recovered, true);
  await seat.publications.reaches(7);
  assert.deepEqual(dataOf(seat.publications), numbers(1, 7));
});

test('recovery: more than one answer may hold is not recovered', async (t) => {
  const { road, seat, say } = await scene(t, 'many');
  for (const [missed, recovered] of [[50, true], [51, false]]) {
    const heard = seat.publications.all.length;
    const top = seat.publications.all.at(-1)?.data ?? 0;
    road.cut();
    await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
    await say(top + 1, top + missed);
    road.open();
    const back = await seat.happened.find(isSubscribed);
    assert.equal(back.recovered, recovered, `${missed} missed`);
    await seat.publications.reaches(heard + (recovered ? missed : 0));
  }
});

test('recovery: what has grown too old is not recovered', async (t) => {
  const { road, ana, bob, seat, say } = await scene(t, 'brief:old');
  await say(1, 1);
  await seat.publications.take(1);
  road.cut();
  await seat.happened.find((x) => x.event === 'subscribing' && x.code === 1);
  await say(2, 2);
  while ((await bob.history('brief:old', { limit: 1 })).publications.length > 0);
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.recovered, false);
  assert.equal(back.streamPosition.offset, 2);
  assert.equal(ana.state, 'connected');
});

test('recovery: rooms without history have none', async (t) => {
  const { road, seat, say } = await scene(t, 'none:here', { recoverable: true });
  assert.equal(seat.entered.recoverable, false);
  assert.equal(seat.entered.positioned, false);
  road.cut();
  road.open();

  const back = await seat.happened.find(isSubscribed);
  assert.equal(back.wasRecovering, false);
  await say(1, 1);
  await seat.publications.reaches(1);
});

test('recovery: who does not ask for it where it is not forced does not get it', async (t) => {
  const asks = await scene(t, 'asked:yes', { recoverable: true });
  const silent = await scene(t, 'asked:no');

  assert.equal(asks.seat.entered.recoverable, true);
  assert.equal(silent.seat.entered.recoverable, false);
});

test('recovery: a client that starts from a position of its own gets all since', async (t) => {
  const { bob, say } = await scene(t, 'since');
  await say(1, 6);
  const { epoch } = await bob.history('since');
  const eve = await connected(t, here.server.url, 'eve');
  const seat = await subscribed(eve, 'since', { since: { offset: 4, epoch } });

  assert.equal(seat.entered.recovered, true);
  assert.deepEqual((await seat.publications.take(2)).map((x) => x.data), [5, 6]);
  await say(7, 7);
  assert.equal((await seat.publications.next()).data, 7);
});

test('recovery: from a future offset or a foreign epoch there is none', async (t) => {
  const { bob, say } = await scene(t, 'foreign');
  await say(1, 3);
  const { epoch } = await bob.history('foreign');
  for (const since of [{ offset: 9, epoch }, { offset: 2, epoch: 'nonesuch' }]) {
    const eve = await connected(t, here.server.url, 'eve');
    const seat = await subscribed(eve, 'foreign', { since });
    assert.equal(seat.entered.wasRecovering, true);
    assert.equal(seat.entered.recovered, false);
    assert.deepEqual(seat.entered.streamPosition, { offset: 3, epoch });
    assert.equal(seat.publications.all.length, 0);
  }
});

test('recovery: a client whose state must fit is told with error 112', async (t) => {
  const { bob, say } = await scene(t, 'state');
  await say(1, 3);
  const { epoch } = await bob.history('state');
  const eve = await connected(t, here.server.url, 'eve');
  const states = [{ offset: 2, epoch: 'nonesuch' }, { offset: 2, epoch }];
  const seat = subscription(eve, 'state', { getState: async () => states.shift() });
  seat.subscribe();

  // The SDK asks for the state again after a 112.
  const entered = await seat.happened.find(isSubscribed);
  assert.equal(entered.recovered, true);
  assert.deepEqual((await seat.publications.take(1)).map((x) => x.data), [3]);
  assert.deepEqual(states, []);
  const replies = eve.tap.received.flatMap((x) => x.split('\n')).map((x) => JSON.parse(x));
  assert.deepEqual(
    replies.filter((x) => x.error).map((x) => x.error),
    [{ code: 112, message: 'unrecoverable position' }],
  );
});

test('recovery: after a restart of the server there is a new epoch, and it is told', async (t) => {
  const first = await Server.start();
  const road = await Proxy.start(t, first.port);
  const ana = await connected(t, road.url, 'ana');
  const seat = await subscribed(ana, 'restart');
  await ana.publish('restart', 1);
  await seat.publications.next();
  road.isClosed = true;

  await first.stop();
  assert.equal((await ana.happened.find((x) => x.event === 'connecting' && x.code)).code, 3001);
  const second = await Server.start();
  t.after(() => second.stop());
  road.target = second.port;
  road.open();

  const back = await seat.happened.find((x) => isSubscribed(x) && x.wasRecovering);
  assert.equal(back.recovered, false);
  assert.equal(back.streamPosition.offset, 0);
  assert.notEqual(back.streamPosition.epoch, seat.entered.streamPosition.epoch);
  const since = seat.entered.streamPosition;
  await refused(ana.history('restart', { limit: 1, since }), 112);
  await ana.publish('restart', 2);
  assert.equal((await seat.publications.next()).data, 2);
});

test('recovery: all rooms of a client come back, each from where it was', async (t) => {
  const road = await Proxy.start(t, here.server.port);
  const ana = await connected(t, road.url, 'ana');
  const bob = await connected(t, here.server.url, 'bob');
  const names = numbers(1, 60).map((i) => `many-${i}`);
  const seats = await Promise.all(names.map((name) => subscribed(ana, name)));
  road.cut();
  await ana.happened.find((x) => x.event === 'connecting' && x.code === 1);
  await Promise.all(names.flatMap((name, i) => numbers(1, i % 4).map((n) => bob.publish(name, n))));
  road.open();

  for (const [i, seat] of seats.entries()) {
    assert.equal((await seat.happened.find(isSubscribed)).recovered, true);
    await seat.publications.reaches(i % 4);
    assert.deepEqual(dataOf(seat.publications), numbers(1, i % 4));
  }
});

test('recovery: an unsubscribe during the cut stays', async (t) => {
  const { road, ana, seat, bob } = await scene(t, 'gone');
  road.cut();
  await ana.happened.find((x) => x.event === 'connecting' && x.code === 1);
  seat.unsubscribe();
  road.open();

  await ana.happened.find((x) => x.event === 'connected');
  await ana.presenceStats('gone');
  assert.deepEqual(await bob.presenceStats('gone'), { numClients: 0, numUsers: 0 });
});

test('recovery: a client without a server goes on trying until there is one', async (t) => {
  const road = await Proxy.start(t, here.server.port);
  road.isClosed = true;
  const ana = sdkClient(t, road.url);
  ana.connect();
  for (let i = 0; i < 3; ++i) await ana.happened.find((x) => x.event === 'error');
  road.open();

  await ana.happened.find((x) => x.event === 'connected');
});
