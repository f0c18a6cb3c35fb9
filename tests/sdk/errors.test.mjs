// Each error of the protocol, as the SDK shows it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, refused, sdkClient, subscribed, subscription } from './support/clients.mjs';
import { inboxOf } from './support/inbox.mjs';
import { Server, serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  {
    'namespaces.locked.allow_subscribe_for_anonymous': false,
    'namespaces.locked.allow_publish_for_anonymous': false,
    'namespaces.locked.allow_presence_for_anonymous': false,
    'namespaces.locked.allow_history_for_anonymous': false,
    'namespaces.stage.allow_publish_for_client': false,
    'namespaces.stage.allow_presence_for_client': false,
    'namespaces.stage.allow_history_for_client': false,
    'namespaces.blind.presence': false,
    'namespaces.digits.channel_regex': '[0-9]+',
    'namespaces.tiny.members_max': 2,
    'namespaces.shy.presence_members_max': 1,
  },
);

// Whatever can be asked of a room, but to enter it.
const questions = {
  publish: (client, room) => client.publish(room, 1),
  presence: (client, room) => client.presence(room),
  'presence stats': (client, room) => client.presenceStats(room),
  history: (client, room) => client.history(room, { limit: 1 }),
};

async function allRefused(client, room, code) {
  for (const [what, ask] of Object.entries(questions))
    await refused(ask(client, room), code, `${what} ${room}`);
}

// Why `room` does not let `client` in: the subscription ends, and is not tried again.
async function turnedAway(client, room, code, options = {}) {
  const sub = subscription(client, room, options);
  sub.subscribe();
  const end = await sub.happened.find((x) => x.event !== 'subscribing');
  assert.equal(end.event, 'unsubscribed', room);
  assert.equal(end.code, code, room);
  assert.equal(client.state, 'connected');
  return sub;
}

test('102: a namespace that nobody configured', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  for (const room of ['zzz:a', 'zzz:', '$zzz:a', 'z z:a']) {
    await turnedAway(ana, room, 102);
    await allRefused(ana, room, 102);
  }
});

test('103: what anonymous people may not do', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  await turnedAway(ana, 'locked:a', 103);
  await allRefused(ana, 'locked:a', 103);
});

test('103: what only members may do', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  await allRefused(ana, 'stage:a', 103);

  const room = await subscribed(ana, 'stage:a');
  for (const ask of Object.values(questions)) await ask(ana, 'stage:a');

  room.unsubscribe();
  await allRefused(ana, 'stage:a', 103);
});

test('103: private rooms and tokens for rooms, which nobody here can check', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  await turnedAway(ana, '$private', 103);
  await turnedAway(ana, '$private-too', 103, { token: 'x' });
  await turnedAway(ana, 'open', 103, { token: 'x' });
});

test('103: subscriptions of kinds that are not spoken here', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  const kinds = [
    ana.newMapSubscription('map'),
    ana.newSharedPollSubscription('poll', { getSignature: async () => ({ signature: 'x' }) }),
  ];
  for (const sub of kinds) {
    const ended = inboxOf(sub, 'unsubscribed');
    sub.subscribe();
    assert.equal((await ended.next()).code, 103, sub.channel);
  }
});

test('105: a room that the client is in already', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  const room = await subscribed(ana, 'twice');
  ana.tap.swallows = (frame) => frame.includes('unsubscribe');
  room.unsubscribe();
  room.subscribe();

  const end = await room.happened.find((x) => x.event === 'unsubscribed' && x.code !== 0);
  assert.equal(end.code, 105);
  assert.equal(end.reason, 'already subscribed');
  assert.deepEqual(await ana.presenceStats('twice'), { numClients: 1, numUsers: 1 });
});

test('106: a room that is full, until somebody leaves', async (t) => {
  const people = await Promise.all(
    ['ana', 'bob', 'eve'].map((name) => connected(t, here.server.url, name)),
  );
  const rooms = await Promise.all(people.slice(0, 2).map((x) => subscribed(x, 'tiny:a')));

  const last = await turnedAway(people[2], 'tiny:a', 106);
  rooms[0].unsubscribe();
  await people[0].presenceStats('tiny:a');
  last.subscribe();
  await last.ready(15_000);
});

test('106: a presence of too many', async (t) => {
  const people = await Promise.all(
    ['ana', 'bob'].map((name) => connected(t, here.server.url, name)),
  );
  await subscribed(people[0], 'shy:a');
  assert.equal(Object.keys((await people[0].presence('shy:a')).clients).length, 1);
  await subscribed(people[1], 'shy:a');

  await refused(people[0].presence('shy:a'), 106);
  assert.equal((await people[0].presenceStats('shy:a')).numClients, 2);
});

test('106: more rooms than the server may have in use', async (t) => {
  const server = await Server.start({ 'rooms.active_max': 3 });
  t.after(() => server.stop());
  const ana = await connected(t, server.url, 'ana');
  for (const room of ['a', 'b', 'c']) await subscribed(ana, room);

  await turnedAway(ana, 'd', 106);
  await allRefused(ana, 'd', 106);
  for (const ask of Object.values(questions)) await ask(ana, 'a');
});

test('107: names that are none', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  const bad = ['x'.repeat(256), 'a b', 'ä', 'a/b', 'a*', 'a&b', 'a\tb', 'a\u0000b', 'digits:x1'];
  for (const room of bad) {
    await turnedAway(ana, room, 107);
    await allRefused(ana, room, 107);
  }
  for (const room of ['x'.repeat(255), 'digits:1', '#1,2', '~!@^()-_=+[]{};\'"|\\.<>?`'])
    await subscribed(ana, room);
});

test('108: presence where there is none', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  await subscribed(ana, 'blind:a');

  await refused(ana.presence('blind:a'), 108);
  await refused(ana.presenceStats('blind:a'), 108);
});

test('111: more publishes than a room has answered, and a moment later it goes on', async (t) => {
  const server = await Server.start({
    shards: 1,
    'fanout.unanswered_publishes_max': 64,
    'client.commands_in_flight_max': 1000,
  });
  t.after(() => server.stop());
  const ana = await connected(t, server.url, 'ana');
  const room = await subscribed(ana, 'flooded');

  ana.startBatching();
  const all = [...Array(300).keys()].map((i) =>
    ana.publish('flooded', i).then(
      () => i,
      (error) => {
        assert.equal(error.code, 111);
        assert.equal(error.message, 'too many requests');
        assert.equal(error.temporary, true);
        return undefined;
      },
    ),
  );
  ana.stopBatching();
  const accepted = (await Promise.all(all)).filter((x) => x !== undefined);

  assert.ok(accepted.length >= 64, `${accepted.length} accepted`);
  assert.ok(accepted.length < 300, 'none was refused');
  await ana.publish('flooded', 'end');
  const got = await room.publications.take(accepted.length + 1);
  assert.deepEqual(got.map((x) => x.data), [...accepted, 'end']);
});

test('errors: none of them ends the connection or its other rooms', async (t) => {
  const ana = sdkClient(t, here.server.url);
  ana.connect();
  const room = await subscribed(ana, 'calm');
  await turnedAway(ana, 'zzz:a', 102);
  await refused(ana.publish('locked:a', 1), 103);
  await refused(ana.rpc('salon.nope', 1), 104);
  await ana.publish('calm', 'still here');

  assert.equal((await room.publications.next()).data, 'still here');
  assert.deepEqual(ana.happened.all.map((x) => x.event), ['connecting', 'connected']);
});
