// Services: what is built in, and what nobody serves.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Bare, connected, refused, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  { 'namespaces.locked.allow_publish_for_anonymous': false, 'client.frame_bytes_max': '32KiB' },
);

const people = (t, ...names) =>
  Promise.all(names.map((name) => connected(t, here.server.url, name)));

test('rpc: a prefix that nobody serves is error 108, an unknown method 104', async (t) => {
  const [ana] = await people(t, 'ana');

  for (const method of ['nope', 'nope.rooms', '', 'salonx.rooms', 'Salon.rooms'])
    await refused(ana.rpc(method, {}), 108, method);
  for (const method of ['salon.nope', 'salon', 'salon.', 'salon.rooms.more'])
    await refused(ana.rpc(method, {}), 104, method);
});

test('salon.limits: what clients are held to, as it is configured', async (t) => {
  const [ana] = await people(t, 'ana');

  const { data } = await ana.rpc('salon.limits', {});

  assert.deepEqual(data, {
    v: 1,
    message_bytes_max: 32_768,
    name_bytes_max: 64,
    room_name_bytes_max: 255,
    rooms_max: 128,
    history_publications_max: 300,
  });
});

test('salon.rooms: rooms by name, in pages, each with its number of members', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const names = [...Array(25).keys()].map((i) => `page-${String(i).padStart(2, '0')}`);
  await Promise.all(names.map((room) => subscribed(ana, room)));
  await Promise.all(names.slice(0, 10).map((room) => subscribed(bob, room)));

  const seen = [];
  let after_ = 'page-';
  for (;;) {
    const page = (await ana.rpc('salon.rooms', { after: after_, limit: 10 })).data;
    assert.ok(page.rooms.length <= 10);
    seen.push(...page.rooms);
    if (page.next === undefined) break;
    assert.equal(page.next, page.rooms.at(-1).room);
    after_ = page.next;
  }

  const ours = seen.filter((x) => x.room.startsWith('page-'));
  assert.deepEqual(
    ours,
    names.map((room, i) => ({ room, members: i < 10 ? 2 : 1 })),
  );
});

test('salon.rooms: what it cannot make sense of is error 107', async (t) => {
  const [ana] = await people(t, 'ana');

  const bad = [{ limit: 0 }, { limit: -1 }, { limit: 1.5 }, { limit: 'x' }, { limit: 1e9 },
    { after: 7 }, [], 'x', 7];
  for (const data of bad)
    await refused(ana.rpc('salon.rooms', data), 107, JSON.stringify(data));
});

test('salon.typing: is heard, and leaves no trace', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(bob, 'keys');
  await ana.publish('keys', { text: 'a' });

  await ana.rpc('salon.typing', { room: 'keys' });
  await ana.publish('keys', { text: 'b' });

  const [, typing, b] = await room.publications.take(3);
  assert.deepEqual(typing.tags, { kind: 'typing' });
  assert.equal(typing.offset, undefined);
  assert.equal(typing.info.connInfo.name, 'ana');
  assert.deepEqual(b.data, { text: 'b' });
  assert.equal(b.offset, 2);
  const page = await ana.history('keys', { limit: 10 });
  assert.deepEqual(page.publications.map((x) => x.data.text), ['a', 'b']);
});

test('salon.publish: says where the publication landed', async (t) => {
  const [ana] = await people(t, 'ana');
  const room = await subscribed(ana, 'landing');

  const first = (await ana.rpc('salon.publish', { room: 'landing', data: { text: 'a' } })).data;
  const second = (
    await ana.rpc('salon.publish', { room: 'landing', data: 2, tags: { kind: 'number' } })
  ).data;

  const { epoch } = await ana.history('landing');
  assert.deepEqual(first, { v: 1, offset: 1, epoch });
  assert.deepEqual(second, { v: 1, offset: 2, epoch });
  const [a, b] = await room.publications.take(2);
  assert.deepEqual(a.data, { text: 'a' });
  assert.equal(a.info.client, ana.id);
  assert.deepEqual(b.tags, { kind: 'number' });
});

test('salon.publish: a key that is repeated is answered, and not published again', async (t) => {
  const [ana, bob] = await people(t, 'ana', 'bob');
  const room = await subscribed(bob, 'once');
  const key = randomUUID();
  const say = (data) => ana.rpc('salon.publish', { room: 'once', data, key });

  const [first, again] = await Promise.all([say({ text: 'x' }), say({ text: 'x' })]);
  await ana.publish('once', 'between');
  const later = await say({ text: 'x' });

  assert.equal(first.data.offset, 1);
  assert.deepEqual(again.data, first.data);
  assert.deepEqual(later.data, first.data);
  await refused(say({ text: 'other' }), 107);
  await ana.publish('once', 'end');
  const got = await room.publications.take(3);
  assert.deepEqual(got.map((x) => x.data), [{ text: 'x' }, 'between', 'end']);
  assert.equal(got[0].tags.key, key);
});

test('salon.publish: what is not allowed or makes no sense is refused', async (t) => {
  const [ana] = await people(t, 'ana');
  const refuses = (data, code) => refused(ana.rpc('salon.publish', data), code);

  await refuses({ room: 'zz:x', data: 1 }, 102);
  await refuses({ room: 'locked:x', data: 1 }, 103);
  await refuses({ data: 1 }, 107);
  await refuses({ room: 'x' }, 107);
  await refuses({ room: 'x', data: 1, key: 'not a uuid' }, 107);
  await refuses({ room: 'x', data: 1, tags: { a: 1 } }, 107);
  await refuses(undefined, 107);
  await refuses('text', 107);
});

test('rpc: a call without data is a call', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();

  const reply = await bare.ask({ id: 2, rpc: { method: 'salon.rooms' } });
  assert.equal(reply.rpc.data.v, 1);
});
