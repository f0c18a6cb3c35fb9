// People with a bare WebSocket and people with the SDK in one room.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare, connected, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor({ before, after }, { 'namespaces.none.history_size': 0 });

// A text client that has been welcomed.
async function texter(t, parameters = {}) {
  const bare = await Bare.open(t, here.server.textUrl(parameters));
  bare.welcome = await bare.frames.next();
  return bare;
}

async function sdk(t, name, room, options) {
  const client = await connected(t, here.server.url, name);
  return { client, seat: await subscribed(client, room, options) };
}

test('text: who comes is welcomed, in the lobby or in the room it named', async (t) => {
  assert.match((await texter(t)).welcome, /lobby/);
  assert.match((await texter(t, { room: 'tea', name: 'Ana' })).welcome, /tea.*Ana/);
});

test('text: a line goes byte for byte to everyone, the sender too', async (t) => {
  const people = await Promise.all([{}, {}, { name: 'bob' }].map((x) => texter(t, x)));
  const lines = [
    'hello', ' two  spaces ', '', '{"text":"not taken apart"}', '{', 'tab\tand\r\nnewlines\n\n',
    'żółć 😀 \u0000 \u007f \u2028', '"', '\\n', 'x'.repeat(60_000),
  ];
  for (const line of lines) people[0].socket.send(line);

  for (const person of people) assert.deepEqual(await person.frames.take(lines.length), lines);
});

test('text: rooms are apart', async (t) => {
  const [tea, coffee] = [await texter(t, { room: 'tea' }), await texter(t, { room: 'coffee' })];
  tea.send('green');
  coffee.send('black');

  assert.equal(await tea.frames.next(), 'green');
  assert.equal(await coffee.frames.next(), 'black');
});

test('text: a line reaches SDK clients as its text, with the name of who said it', async (t) => {
  const { seat } = await sdk(t, 'bob', 'mixed');
  const named = await texter(t, { room: 'mixed', name: 'Ana "A" & Co' });
  const nameless = await texter(t, { room: 'mixed' });
  named.send('say "hi"\n\tand \\ bye \u2028😀');
  await named.frames.next();
  nameless.send('{"text":7}');

  const [first, second] = await seat.publications.take(2);
  assert.deepEqual(first.data, { text: 'say "hi"\n\tand \\ bye \u2028😀' });
  assert.equal(first.offset, 1);
  assert.equal(first.info.user, '');
  assert.deepEqual(first.info.connInfo, { name: 'Ana "A" & Co' });
  assert.deepEqual(second.data, { text: '{"text":7}' });
  assert.deepEqual(Object.keys(second.info).sort(), ['client', 'user']);
  assert.notEqual(first.info.client, second.info.client);
});

test('text: of what an SDK client says the text arrives, or all where there is none', async (t) => {
  const bare = await texter(t, { room: 'said' });
  const { client } = await sdk(t, 'bob', 'said');
  const values = [
    [{ text: 'plain' }, 'plain'],
    [{ text: 'żółć 😀 "q" \\ \n next' }, 'żółć 😀 "q" \\ \n next'],
    [{ text: '' }, ''],
    [{ other: 1 }, '{"other":1}'],
    [{ text: 7 }, '{"text":7}'],
    [{ a: { text: 'inner' } }, '{"a":{"text":"inner"}}'],
    ['a string', '"a string"'],
    [[1, 2], '[1,2]'],
    [7, '7'],
  ];
  for (const [value] of values) await client.publish('said', value);

  assert.deepEqual(
    await bare.frames.take(values.length),
    values.map(([, line]) => line),
  );
});

test('text: a conversation has one order for both kinds', async (t) => {
  const bare = await texter(t, { room: 'both' });
  const { client, seat } = await sdk(t, 'bob', 'both');
  const said = [];
  for (let i = 0; i < 200; ++i) {
    bare.send(`t${i}`);
    said.push(client.publish('both', { text: `s${i}` }));
  }
  await Promise.all(said);

  const lines = await bare.frames.take(400);
  const data = (await seat.publications.take(400)).map((x) => x.data.text);
  assert.deepEqual(lines, data);
  for (const kind of ['t', 's'])
    assert.deepEqual(
      lines.filter((x) => x.startsWith(kind)),
      [...Array(200).keys()].map((i) => `${kind}${i}`),
    );
});

test('text: typing does not reach it, nor joins and leaves', async (t) => {
  const bare = await texter(t, { room: 'typing' });
  const { client, seat } = await sdk(t, 'bob', 'typing', { joinLeave: true });
  await client.rpc('salon.typing', { room: 'typing' });
  seat.unsubscribe();
  await client.publish('typing', { text: 'end' });

  assert.equal(await bare.frames.next(), 'end');
});

test('text: where nothing is kept lines are heard all the same', async (t) => {
  const bare = await texter(t, { room: 'none:a', name: 'ana' });
  const { client, seat } = await sdk(t, 'bob', 'none:a');
  bare.send('one');
  await bare.frames.next();
  await client.publish('none:a', { text: 'two' });

  assert.equal(await bare.frames.next(), 'two');
  assert.deepEqual((await seat.publications.take(2)).map((x) => x.data.text), ['one', 'two']);
});

test('text: a text client is a member like others', async (t) => {
  const { client, seat } = await sdk(t, 'bob', 'members', { joinLeave: true });
  const bare = await texter(t, { room: 'members', name: 'Ana' });

  const joined = await seat.people.find((x) => x.info.client !== client.id);
  assert.deepEqual(joined.info.connInfo, { name: 'Ana' });
  assert.equal((await client.presenceStats('members')).numClients, 2);
  const { clients } = await client.presence('members');
  assert.deepEqual(clients[joined.info.client].connInfo, { name: 'Ana' });

  bare.socket.close(1000);
  const left = await seat.people.find((x) => x.event === 'leave');
  assert.equal(left.info.client, joined.info.client);
  assert.equal((await client.presenceStats('members')).numClients, 1);
});

test('text: its lines are in the history, and it hears none of what was said before', async (t) => {
  const early = await texter(t, { room: 'kept', name: 'Ana' });
  early.send('first');
  await early.frames.next();
  const late = await texter(t, { room: 'kept' });
  early.send('second');

  assert.equal(await late.frames.next(), 'second');
  const client = await connected(t, here.server.url, 'bob');
  const page = await client.history('kept', { limit: 10 });
  assert.deepEqual(
    page.publications.map((x) => [x.data, x.info.connInfo]),
    [
      [{ text: 'first' }, { name: 'Ana' }],
      [{ text: 'second' }, { name: 'Ana' }],
    ],
  );
});
