// Pings and pongs, in both of their forms, over some time.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Bare, connected, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  { 'client.ping_interval': '1s', 'client.pong_timeout': '900ms' },
);

// A ping may share its frame with replies.
const pingsOf = (frames) => frames.flatMap((x) => x.split('\n')).filter((x) => x === '{}').length;

async function heard(client, pings) {
  while (pingsOf(client.tap.received) < pings)
    await new Promise((resolve) => client.tap.socket.once('message', resolve));
}

// All at once: they mostly wait.
describe('liveness', { concurrency: true }, () => {
  test('ping: an SDK client that is silent otherwise stays', async (t) => {
    const ana = await connected(t, here.server.url, 'ana', { maxServerPingDelay: 1000 });
    const room = await subscribed(ana, 'silent');
    const began = Date.now();
    await heard(ana, 4);

    assert.ok(Date.now() - began >= 2_500, 'pings came too fast');
    await ana.publish('silent', 'still here');
    assert.equal((await room.publications.next()).data, 'still here');
    assert.equal(pingsOf(ana.tap.sent), pingsOf(ana.tap.received));
    assert.deepEqual(ana.happened.all.map((x) => x.event), ['connecting', 'connected']);
  });

  test('ping: one that talks all the time is pinged all the same', async (t) => {
    const ana = await connected(t, here.server.url, 'ana');
    let i = 0;
    while (pingsOf(ana.tap.received) < 3) await ana.publish('busy', ++i);
    await ana.publish('busy', 'end');

    assert.equal(pingsOf(ana.tap.sent), 3);
    assert.equal(ana.happened.all.length, 2);
  });

  test('ping: clients that came together are not pinged together', async (t) => {
    const all = await Promise.all([...Array(20).keys()].map(() => connected(t, here.server.url)));
    const times = await Promise.all(
      all.map(async (x) => {
        await heard(x, 1);
        return Date.now();
      }),
    );

    const spread = Math.max(...times) - Math.min(...times);
    assert.ok(spread >= 100, `all within ${spread} ms`);
  });

  test('ping: an answer that comes late is one too many', async (t) => {
    const bare = await Bare.open(t, here.server.url);
    await bare.hello();
    await bare.lines.find((x) => x === '{}'); // which it answered
    bare.send('{}');

    assert.deepEqual(await bare.close(), { code: 3501, reason: 'bad request' });
  });

  test('ping: an answer may come in one frame with commands', async (t) => {
    const bare = await Bare.open(t, here.server.url);
    bare.isMute = true;
    await bare.hello();
    for (let i = 2; i < 5; ++i) {
      await bare.lines.find((x) => x === '{}');
      bare.send(`{"id":${i},"presence_stats":{"channel":"x"}}`, '{}', '');
      const reply = await bare.lines.find((x) => x !== '{}');
      const nobody = { num_clients: 0, num_users: 0 };
      assert.deepEqual(JSON.parse(reply), { id: i, presence_stats: nobody });
    }
  });

  test('frame pings: come instead of the others, and the socket answers them itself', async (t) => {
    const bare = await Bare.open(t, `${here.server.url}?cf_ws_frame_ping_pong=true`);
    const hello = await bare.hello();
    await bare.pings.reaches(4);

    assert.equal(hello.ping, undefined);
    assert.equal(hello.pong, undefined);
    assert.deepEqual(bare.lines.all.filter((x) => x === '{}'), []);
    assert.equal((await bare.ask({ id: 2, history: { channel: 'x' } })).id, 2);
  });

  test('frame pings: who does not answer them is let go', async (t) => {
    const url = `${here.server.url}?cf_ws_frame_ping_pong=true`;
    const bare = await Bare.open(t, url, { autoPong: false });
    await bare.hello();

    assert.deepEqual(await bare.close(), { code: 3012, reason: 'no pong' });
    assert.equal(bare.pings.all.length, 1);
  });

  test('frame pings: a pong in the other form is a mistake, one too many is none', async (t) => {
    const url = `${here.server.url}?cf_ws_frame_ping_pong=true`;
    const bare = await Bare.open(t, url);
    await bare.hello();
    bare.socket.pong();
    bare.socket.pong('again');
    assert.equal((await bare.ask({ id: 2, history: { channel: 'x' } })).id, 2);
    bare.send('{}');

    assert.deepEqual(await bare.close(), { code: 3501, reason: 'bad request' });
  });

  test('frame pings: a text client is kept by them, and let go without', async (t) => {
    const lively = await Bare.open(t, here.server.textUrl({ room: 'text' }));
    const mute = await Bare.open(t, here.server.textUrl({ room: 'text' }), { autoPong: false });

    assert.deepEqual(await mute.close(), { code: 3012, reason: 'no pong' });
    await lively.pings.reaches(3);
    lively.send('still here');
    await lively.lines.find((x) => x === 'still here');
  });

  test('frame pings: a client may send its own at any time', async (t) => {
    const bare = await Bare.open(t, here.server.url);
    const pong = new Promise((resolve) => bare.socket.once('pong', (x) => resolve(x.toString())));
    bare.socket.ping('before the first command');

    assert.equal(await pong, 'before the first command');
    assert.ok((await bare.hello()).client);
  });
});
