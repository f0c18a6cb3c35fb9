// What members of a room see: each other, and what they say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, refusal, refused, subscribed, subscription } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor({ before, after }, { 'namespaces.quiet.join_leave': false });

const people = (t, ...names) =>
  Promise.all(names.map((name) => connected(t, here.server.url, name)));

test('publish: everyone in the room gets it, the sender too', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const rooms = await Promise.all([subscribed(ana, 'talk'), subscribed(bob, 'talk')]);

  assert.deepEqual(await rooms[0].publish({ text: 'hi' }), {});

  for (const room of rooms)
    assert.deepEqual(await room.publications.next(), {
      event: 'publication',
      channel: 'talk',
      data: { text: 'hi' },
      offset: 1,
      info: { client: ana.id, user: '', connInfo: { name: 'ana' } },
    });
});

test('publish: who is not in the room may speak to it, and hears nothing', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(bob, 'from-outside');
  const elsewhere = await subscribed(ana, 'elsewhere');

  await ana.publish('from-outside', 'hello');
  await ana.publish('elsewhere', 'last');

  assert.equal((await room.publications.next()).data, 'hello');
  assert.equal((await elsewhere.publications.next()).data, 'last');
  assert.equal(elsewhere.publications.all.length, 1);
});

test('publish: what one connection publishes keeps its order', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(bob, 'in-order');
  const count = 2_000;

  const sent = Array.from({ length: count }, (_, i) => ana.publish('in-order', i));
  await Promise.all(sent);

  const got = await room.publications.take(count);
  assert.deepEqual(got.map((x) => x.data), [...Array(count).keys()]);
  assert.deepEqual(got.map((x) => x.offset), [...Array(count).keys()].map((i) => i + 1));
});

test('publish: any JSON value arrives as it was', async (t) => {
  const [ana] = await people(t, 'ana');
  const room = await subscribed(ana, 'values');
  const values = [0, -0.5, '', 'x', true, false, [], {}, [null], { a: { b: [1, '2', null] } }];

  for (const value of values) await ana.publish('values', value);

  const got = await room.publications.take(values.length);
  assert.deepEqual(got.map((x) => x.data), values);
});

test('publish: null is nothing to publish', async (t) => {
  const [ana] = await people(t, 'ana');

  await refused(ana.publish('values', null), 107);
  await refused(ana.publish('values', undefined), 107);
});

test('publish: who asks for differences gets the whole, which it can read', async (t) => {
  const [ana] = await people(t, 'ana');
  const room = await subscribed(ana, 'delta', { delta: 'fossil' });
  const said = [{ text: 'one two three' }, { text: 'one two four' }, '"quoted"'];

  for (const value of said) await ana.publish('delta', value);

  const got = await room.publications.take(said.length);
  assert.deepEqual(got.map((x) => x.data), said);
});

test('presence: all members with their names, and nobody who has left', async (t) => {
  const [ana, bob, eve] = await people(t, 'ana', 'bob', undefined);
  const rooms = await Promise.all([ana, bob, eve].map((x) => subscribed(x, 'who')));

  assert.deepEqual((await ana.presence('who')).clients, {
    [ana.id]: { user: '', client: ana.id, conn_info: { name: 'ana' }, connInfo: { name: 'ana' } },
    [bob.id]: { user: '', client: bob.id, conn_info: { name: 'bob' }, connInfo: { name: 'bob' } },
    [eve.id]: { user: '', client: eve.id },
  });

  const left = rooms[0].people;
  rooms[1].unsubscribe();
  await bob.presenceStats('who'); // commands are started in their order
  const rest = Object.keys((await ana.presence('who')).clients).sort();
  assert.deepEqual(rest, [ana.id, eve.id].sort());
  assert.equal(left.all.length, 0);
});

test('presence: a room without members lists nobody', async (t) => {
  const [ana] = await people(t, 'ana');

  assert.deepEqual((await ana.presence('nobody')).clients, {});
  assert.deepEqual(await ana.presenceStats('nobody'), { numClients: 0, numUsers: 0 });
});

test('presence stats: clients are counted, people without an account as one user', async (t) => {
  const all = await people(t, 'ana', 'bob', 'eve');
  await Promise.all(all.map((x) => subscribed(x, 'counted')));

  assert.deepEqual(await all[0].presenceStats('counted'), { numClients: 3, numUsers: 1 });
});

test('members: salon.rooms counts them as they come and go', async (t) => {
  const all = await people(t, 'ana', 'bob', 'eve');
  const members = async (room) =>
    (await all[0].rpc('salon.rooms', {})).data.rooms.find((x) => x.room === room)?.members;
  const rooms = [];
  for (const [i, person] of all.entries()) {
    rooms.push(await subscribed(person, 'counted-by-name', { joinLeave: true }));
    assert.equal(await members('counted-by-name'), i + 1);
  }

  all[2].disconnect();
  await rooms[0].people.find((x) => x.event === 'leave' && x.info.client === all[2].id);
  assert.equal(await members('counted-by-name'), 2);
});

test('join and leave: members hear of each other and of themselves, once each', async (t) => {
  const [ana, bob, eve] = await people(t, 'ana', 'bob', 'eve');
  const first = await subscribed(ana, 'door', { joinLeave: true });
  const second = await subscribed(bob, 'door', { joinLeave: true });
  const deaf = await subscribed(eve, 'door');
  await second.people.reaches(2);

  second.unsubscribe();
  await first.people.find((x) => x.event === 'leave');
  second.subscribe();
  await second.people.reaches(3);
  bob.disconnect();
  await first.people.find((x) => x.event === 'leave');

  const named = (client, name) => ({ client: client.id, user: '', connInfo: { name } });
  assert.deepEqual(
    first.people.all.map(({ event, info }) => ({ event, info })),
    [
      { event: 'join', info: named(ana, 'ana') },
      { event: 'join', info: named(bob, 'bob') },
      { event: 'join', info: named(eve, 'eve') },
      { event: 'leave', info: named(bob, 'bob') },
      { event: 'join', info: named(bob, 'bob') },
      { event: 'leave', info: named(bob, 'bob') },
    ],
  );
  assert.deepEqual(second.people.all.map((x) => x.info.connInfo.name), ['bob', 'eve', 'bob']);
  assert.equal(deaf.people.all.length, 0);
});

test('join and leave: a room that is configured so tells nobody', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(ana, 'quiet:door', { joinLeave: true });
  await subscribed(bob, 'quiet:door', { joinLeave: true });
  await ana.publish('quiet:door', 'end');

  await room.publications.next();
  assert.equal(room.people.all.length, 0);
});

test('join and leave: a socket that is cut leaves once', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(ana, 'cut', { joinLeave: true });
  await subscribed(bob, 'cut', { joinLeave: true });
  bob.tap.socket._socket.resetAndDestroy();

  await room.people.find((x) => x.event === 'leave' && x.info.client === bob.id);
  await bob.happened.find((x) => x.event === 'connected');
  const back = await room.people.find((x) => x.event === 'join');
  assert.notEqual(back.info.client, bob.id);
  assert.deepEqual(
    room.people.all.map((x) => x.event),
    ['join', 'join', 'leave', 'join'],
  );
});

test('unsubscribe: no publication comes any more', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(bob, 'left');
  await ana.publish('left', 1);
  await room.publications.next();

  room.unsubscribe();
  await bob.presenceStats('left');
  await ana.publish('left', 2);
  const again = await subscribed(ana, 'left');
  await ana.publish('left', 3);
  await again.publications.next();

  assert.deepEqual(await bob.presenceStats('left'), { numClients: 1, numUsers: 1 });
  assert.deepEqual(room.publications.all.map((x) => x.data), [1]);
  assert.equal(room.happened.all.at(-1).event, 'unsubscribed');
});

test('unsubscribe: coming and going in a tight loop ends as the last call says', async (t) => {
  const [ana] = await people(t, 'ana');
  for (const stays of [true, false]) {
    const room = subscription(ana, `loop-${stays}`);
    for (let i = 0; i < 100; ++i) {
      room.subscribe();
      room.unsubscribe();
    }
    if (stays) {
      room.subscribe();
      await room.ready(15_000);
    }
    const { numClients } = await ana.presenceStats(`loop-${stays}`);
    assert.equal(numClients, stays ? 1 : 0);
    assert.equal(room.state, stays ? 'subscribed' : 'unsubscribed');
    assert.equal(room.happened.all.filter((x) => x.event === 'error').length, 0);
  }
  assert.equal(ana.happened.all.at(-1).event, 'connected');
});

test('unsubscribe: a loop that waits for each answer hears everything in between', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = subscription(ana, 'patient');
  for (let i = 1; i <= 50; ++i) {
    room.subscribe();
    await room.ready(15_000);
    await bob.publish('patient', i);
    await room.publications.find((x) => x.data === i);
    room.unsubscribe();
  }
  assert.deepEqual(
    room.publications.all.map((x) => x.data),
    [...Array(50).keys()].map((i) => i + 1),
  );
  assert.ok(room.happened.all.every((x) => x.event !== 'error'));
});

test('unsubscribe: a subscription that is taken away rejects its pending calls', async (t) => {
  const [ana] = await people(t, 'ana');
  const room = await subscribed(ana, 'removed');
  ana.removeSubscription(room);

  assert.equal((await refusal(room.publish(1))).code, 7);
  assert.deepEqual(await ana.presenceStats('removed'), { numClients: 0, numUsers: 0 });
});
