// Who a client is once it has connected.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare, connected, sdkClient, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor({ before, after });
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('connect: each client gets an id of its own', async (t) => {
  const [ana, bob] = await Promise.all([
    connected(t, here.server.url, 'ana'),
    connected(t, here.server.url, 'bob'),
  ]);

  assert.match(ana.id, uuid);
  assert.match(bob.id, uuid);
  assert.notEqual(ana.id, bob.id);
});

test('connect: the reply names the server, its version and how it pings', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  const { connect } = JSON.parse(ana.tap.received[0]);
  assert.match(connect.version, /^salon \d+\.\d+/);
  assert.equal(connect.ping, 25);
  assert.equal(connect.pong, true);
  assert.equal(connect.client, ana.id);
});

test('connect: the name a client gives is what others know it by', async (t) => {
  const ana = await connected(t, here.server.url, 'Ana "A." Ångström');
  const bob = await connected(t, here.server.url, 'bob');
  const room = await subscribed(bob, 'names');

  await ana.publish('names', { text: 'hi' });

  const heard = await room.publications.next();
  assert.deepEqual(heard.info, {
    client: ana.id,
    user: '',
    connInfo: { name: 'Ana "A." Ångström' },
  });
});

test('connect: who gives no name has none', async (t) => {
  for (const data of [null, {}, { nickname: 'x' }, { name: '' }, { name: 7 }, [], 'ana', 12]) {
    const client = sdkClient(t, here.server.url, { data });
    client.connect();
    const { client: id } = await client.happened.find((x) => x.event === 'connected');
    const room = await subscribed(client, 'nameless');
    await client.publish('nameless', 1);
    assert.deepEqual((await room.publications.next()).info, { client: id, user: '' });
    client.disconnect();
  }
});

test('connect: of all that connect data hold only the name is shown to others', async (t) => {
  const client = sdkClient(t, here.server.url, { data: { name: 'ana', secret: 'x' }, name: 'js' });
  client.connect();
  await client.happened.find((x) => x.event === 'connected');
  const room = await subscribed(client, 'secrets');
  await client.publish('secrets', 1);

  assert.deepEqual((await room.publications.next()).info.connInfo, { name: 'ana' });
});

test('connect: a name that is too long ends the attempt with error 107', async (t) => {
  const client = sdkClient(t, here.server.url, { data: { name: 'x'.repeat(1000) } });
  client.connect();

  const end = await client.happened.find((x) => x.event === 'disconnected');
  assert.equal(end.code, 107);
  assert.equal(end.reason, 'bad request');
});

test('connect: the subprotocol for JSON is accepted, and needed by nobody', async (t) => {
  const named = await Bare.open(t, here.server.url, { protocols: ['centrifuge-json'] });
  const plain = await Bare.open(t, here.server.url);

  assert.equal(named.socket.protocol, 'centrifuge-json');
  assert.equal(plain.socket.protocol, '');
  assert.match((await named.hello()).client, uuid);
  assert.match((await plain.hello()).client, uuid);
});

test('connect: nobody extends the frames', async (t) => {
  const bare = await Bare.open(t, here.server.url, { perMessageDeflate: true });

  assert.equal(bare.socket.extensions, '');
});

test('connect: who disconnects and connects again is somebody new', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  ana.disconnect();
  assert.equal((await ana.happened.next()).event, 'disconnected');

  ana.connect();
  const again = await ana.happened.find((x) => x.event === 'connected');
  assert.notEqual(again.client, ana.id);
});
