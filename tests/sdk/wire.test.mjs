// The protocol itself, as a client of one's own without any SDK speaks it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  {
    'namespaces.chat.history_size': 100,
    'client.ping_interval': '2s',
    'client.pong_timeout': '1500ms',
  },
);

// The next line that is no ping.
const line = (bare) => bare.lines.find((x) => x !== '{}');

const json = async (bare) => JSON.parse(await line(bare));

test('wire: a whole session, word for word', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  bare.isMute = true;

  bare.send('{"id":1,"connect":{}}');
  const { connect } = await json(bare);
  const { client } = connect;
  assert.deepEqual(connect, { client, version: connect.version, ping: 2, pong: true });

  bare.send(
    '{"id":2,"subscribe":{"channel":"chat:a"}}',
    '{"id":3,"publish":{"channel":"chat:a","data":{"t":"x"}}}',
  );
  const entered = await json(bare);
  const { epoch } = entered.subscribe;
  assert.deepEqual(entered, { id: 2, subscribe: { epoch, recoverable: true, positioned: true } });
  const pub = { data: { t: 'x' }, info: { user: '', client }, offset: 1 };
  const rest = [await json(bare), await json(bare)].sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  assert.deepEqual(rest, [{ push: { channel: 'chat:a', pub } }, { id: 3, publish: {} }]);

  bare.send('{"id":4,"history":{"channel":"chat:a","limit":10}}');
  const history = { publications: [pub], epoch, offset: 1 };
  assert.deepEqual(await json(bare), { id: 4, history });

  assert.equal(await bare.lines.next(), '{}');
  bare.send('{}');

  bare.send('{"id":5,"rpc":{"method":"nope"}}');
  const error = (code, message) => ({ code, message });
  assert.deepEqual(await json(bare), { id: 5, error: error(108, 'not available') });
  bare.send('{"id":6,"subscribe":{"channel":"chat:a"}}');
  assert.deepEqual(await json(bare), { id: 6, error: error(105, 'already subscribed') });
  bare.send('{"id":7,"subscribe":{"channel":"zzz:a"}}');
  assert.deepEqual(await json(bare), { id: 7, error: error(102, 'unknown channel') });

  bare.send('{"id":8}');
  assert.deepEqual(await bare.close(), { code: 3501, reason: 'bad request' });
});

test('wire: nothing is said before the first command', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  const hello = await bare.hello();

  assert.equal(bare.lines.all.length, 1);
  assert.ok(hello.client);
});

test('wire: a ping is the two bytes {} in a frame', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();

  assert.equal(await bare.frames.find((x) => x.startsWith('{}')), '{}');
});

test('wire: several commands in a frame, whatever white space separates them', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  bare.socket.send(
    '{"id":1,"connect":{}}\n\n{"id":2,"history":{"channel":"a"}}\r\n \t' +
      '{"id":3,"history":{"channel":"b"}}\n',
  );

  const ids = [await json(bare), await json(bare), await json(bare)].map((x) => x.id);
  assert.equal(ids[0], 1);
  assert.deepEqual(ids.sort(), [1, 2, 3]);
});

test('wire: when the first command of a frame fails, the rest is not looked at', async (t) => {
  const watcher = await Bare.open(t, here.server.url);
  await watcher.hello();
  const bare = await Bare.open(t, here.server.url);
  bare.send(
    '{"id":1,"publish":{"channel":"early","data":1}}',
    '{"id":2,"connect":{}}',
    '{"id":3,"publish":{"channel":"early","data":2}}',
  );

  assert.deepEqual(await bare.close(), { code: 3501, reason: 'bad request' });
  assert.deepEqual(bare.lines.all, []);
  const { history } = await watcher.ask({ id: 2, history: { channel: 'early' } });
  assert.equal(history.offset, undefined);
});

test('wire: a mistake in the middle of a frame leaves what stood before it done', async (t) => {
  const watcher = await Bare.open(t, here.server.url);
  await watcher.hello();
  await watcher.ask({ id: 2, subscribe: { channel: 'middle' } });
  const bare = await Bare.open(t, here.server.url);
  const publish = '{"id":2,"publish":{"channel":"middle","data":1}}';
  bare.socket.send(`{"id":1,"connect":{}}\n${publish}\nbad\n`);

  assert.deepEqual(await bare.close(), { code: 3501, reason: 'bad request' });
  assert.equal((await json(watcher)).push.pub.data, 1);
});

test('wire: members nobody knows are passed over, of several requests one counts', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  bare.send('{"x":[1,{"id":9}],"id":1,"connect":{"headers":{"a":"b"},"flag":3,"new":null}}');
  assert.equal((await json(bare)).id, 1);

  bare.send('{"id":2,"history":{"channel":"a"},"presence_stats":{"channel":"a"}}');
  const reply = await json(bare);
  assert.deepEqual(Object.keys(reply), ['id', 'presence_stats']);
});

test('wire: unsubscribe is answered, also where there was no subscription', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();

  assert.deepEqual(await bare.ask({ id: 2, unsubscribe: { channel: 'never' } }), {
    id: 2,
    unsubscribe: {},
  });
});

test('wire: subscribe and unsubscribe of one room in one frame keep their order', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();
  const commands = [];
  for (let i = 0; i < 200; ++i)
    commands.push({ id: i + 2, [i % 2 ? 'unsubscribe' : 'subscribe']: { channel: 'pendulum' } });
  commands.push({ id: 202, presence_stats: { channel: 'pendulum' } });
  bare.send(...commands);

  for (let i = 0; i < 200; ++i) {
    const reply = await json(bare);
    assert.equal(reply.id, i + 2);
    assert.deepEqual(Object.keys(reply), ['id', i % 2 ? 'unsubscribe' : 'subscribe']);
  }
  assert.deepEqual((await json(bare)).presence_stats, { num_clients: 0, num_users: 0 });
});

test('wire: no publication comes before its room was entered, nor after it was left', async (t) => {
  const talker = await Bare.open(t, here.server.url);
  await talker.hello();
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();
  let id = 1;
  for (let round = 0; round < 30; ++round) {
    const talk = [...Array(20).keys()].map((i) => ({
      id: round * 20 + i + 2,
      publish: { channel: 'race', data: round * 20 + i },
    }));
    talker.send(...talk);
    bare.send({ id: ++id, subscribe: { channel: 'race' } });
    let reply = await json(bare);
    assert.equal(reply.id, id, 'the answer is first');
    let next = reply.subscribe.offset ?? 0;
    bare.send({ id: ++id, unsubscribe: { channel: 'race' } });
    for (reply = await json(bare); reply.push; reply = await json(bare))
      assert.equal(reply.push.pub.offset, ++next);
    assert.equal(reply.id, id);
    bare.send({ id: ++id, presence_stats: { channel: 'race' } });
    assert.equal((await json(bare)).id, id, 'nothing came after leaving');
  }
});

test('wire: the ping command is not available', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();

  assert.deepEqual(await bare.ask({ id: 2, ping: {} }), {
    id: 2,
    error: { code: 108, message: 'not available' },
  });
});

test('wire: a temporary error says so, others do not', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();

  bare.send('{"id":2,"rpc":{"method":"salon.nope","data":{}}}');
  assert.equal(await line(bare), '{"id":2,"error":{"code":104,"message":"method not found"}}');
});

test('wire: what is fragmented arrives as one message', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  const parts = ['{"id":1,"conn', 'ect":{"data":', '{"name":"', 'żó', 'łć"}}}'];
  for (const [i, part] of parts.entries())
    bare.socket.send(part, { fin: i === parts.length - 1, binary: false });

  assert.equal((await json(bare)).id, 1);
});

test('wire: who rejects an unrecoverable position is not in the room', async (t) => {
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();
  const subscribe = { channel: 'strict', recover: true, epoch: 'nonesuch', offset: 1, flag: 2 };

  assert.deepEqual(await bare.ask({ id: 2, subscribe }), {
    id: 2,
    error: { code: 112, message: 'unrecoverable position' },
  });
  assert.deepEqual((await bare.ask({ id: 3, presence: { channel: 'strict' } })).presence, {
    presence: {},
  });
  const again = await bare.ask({ id: 4, subscribe: { ...subscribe, flag: 1 } });
  assert.equal(again.subscribe.was_recovering, true);
  assert.equal(again.subscribe.recovered, undefined);
  assert.equal(again.subscribe.publications, undefined);
});
