// The servers that Salon is compared with deliver what they are measured for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRequire } from 'node:module';

import { Program } from '../examples/programs.mjs';
import { Inbox, within } from '../sdk/support/inbox.mjs';

const WebSocket = createRequire(new URL('../sdk/package.json', import.meta.url))('ws');
const program = (name) => join(process.env.BENCH_FOLDER, name);

const floors = {
  'plain floor': ['--port', '0'],
  'batched floor': ['--port', '0', '--batched'],
};

async function listening(server) {
  const [, port] = await server.says(/^listening on 127\.0\.0\.1:(\d+)$/);
  server.port = Number(port);
  return server;
}

const floor = (t, args) => listening(new Program(t, program('floor'), args));
const beast = (t) => listening(new Program(t, program('beast_chat'), ['--port', '0']));

async function member(t, server, query = '') {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/${query}`, { perMessageDeflate: false });
  socket.heard = new Inbox('a message');
  socket.on('message', (text) => socket.heard.push(text.toString()));
  t.after(() => socket.terminate());
  await within(once(socket, 'open'), 'the upgrade');
  return socket;
}

// Bytes to the server and back, with nothing in between.
async function bytes(t, server) {
  const socket = connect(server.port, '127.0.0.1');
  socket.heard = Buffer.alloc(0);
  socket.on('data', (chunk) => (socket.heard = Buffer.concat([socket.heard, chunk])));
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.until = (isThere, what) =>
    within(
      (async () => {
        while (!isThere(socket.heard)) await once(socket, 'data');
      })(),
      what,
    );
  return socket;
}

const request = (target) =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

for (const [name, start] of [
  ...Object.entries(floors).map(([each, args]) => [each, (t) => floor(t, args)]),
  ['Beast program', beast],
]) {
  test(`${name}: what one says all in the room hear, the one who said it too, and nobody else`, async (t) => {
    const server = await start(t);
    const [ana, bob, other] = [
      await member(t, server, '?room=tea'),
      await member(t, server, '?room=tea&name=Bob'),
      await member(t, server),
    ];

    ana.send('for tea');
    await Promise.all([ana, bob].map(async (each) => assert.equal(await each.heard.next(), 'for tea')));
    other.send('for the lobby');

    assert.equal(await other.heard.next(), 'for the lobby');
    assert.deepEqual([...ana.heard.all, ...bob.heard.all], ['for tea', 'for tea']);
  });

  test(`${name}: a member who reads late gets all of it in order`, async (t) => {
    const server = await start(t);
    const [ana, late] = [await member(t, server), await member(t, server)];
    const texts = Array.from({ length: 800 }, (_, i) => `${i} `.padEnd(10_000, 'x'));
    late.pause();

    for (const text of texts) ana.send(text);
    await ana.heard.reaches(texts.length);
    late.resume();

    assert.deepEqual(await late.heard.take(texts.length), texts);
  });

  test(`${name}: texts of every size of length come through`, async (t) => {
    const server = await start(t);
    const ana = await member(t, server);
    const texts = [0, 1, 7, 8, 9, 125, 126, 65_535, 65_536, 100_000].map((size) => 'é'.repeat(size / 2));

    for (const text of texts) ana.send(text);

    assert.deepEqual(await ana.heard.take(texts.length), texts);
  });

  test(`${name}: who has left is in nobody's way`, async (t) => {
    const server = await start(t);
    const [ana, bob, eve] = [await member(t, server), await member(t, server), await member(t, server)];

    ana.close(1000);
    const [code] = await within(once(ana, 'close'), 'the closing');
    eve.terminate();
    bob.send('alone');

    assert.equal(code, 1000);
    assert.equal(await bob.heard.next(), 'alone');
  });

  test(`${name}: SIGTERM ends it with 0`, async (t) => {
    const server = await start(t);
    await member(t, server);

    assert.equal(await server.stop(), 0);
  });
}

for (const [name, args] of Object.entries(floors)) {
  test(`${name}: the upgrade is the one that the standard has for an example`, async (t) => {
    const socket = await bytes(t, await floor(t, args));

    socket.write(request('/'));
    await socket.until((heard) => heard.includes('\r\n\r\n'), 'an answer');

    assert.match(socket.heard.toString(), /^HTTP\/1\.1 101 .*\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/s);
  });

  test(`${name}: a request and a frame may come byte by byte`, async (t) => {
    const socket = await bytes(t, await floor(t, args));
    const frame = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 'h'.charCodeAt() ^ 1, 'i'.charCodeAt() ^ 2]);
    socket.setNoDelay(true);

    for (const byte of Buffer.concat([Buffer.from(request('/?room=slow')), frame])) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }

    await socket.until((heard) => heard.subarray(-4).equals(Buffer.from('\x81\x02hi', 'latin1')), 'hi');
  });

  test(`${name}: frames that come with the request are heard`, async (t) => {
    const socket = await bytes(t, await floor(t, args));
    const frame = Buffer.from([0x81, 0x80, 0, 0, 0, 0]);

    socket.write(Buffer.concat([Buffer.from(request('/')), frame, frame]));

    await socket.until((heard) => heard.subarray(-4).equals(Buffer.from([0x81, 0, 0x81, 0])), 'both');
  });

  test(`${name}: a ping is answered`, async (t) => {
    const ana = await member(t, await floor(t, args));

    ana.ping('are you there');
    const [payload] = await within(once(ana, 'pong'), 'the pong');

    assert.equal(payload.toString(), 'are you there');
  });

  test(`${name}: what is no upgrade, or not masked, is hung up on`, async (t) => {
    const server = await floor(t, args);
    const [browser, wild] = [await bytes(t, server), await bytes(t, server)];

    browser.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await within(once(browser, 'close'), 'the end');
    wild.write(request('/'));
    wild.write(Buffer.from([0x81, 0]));
    await within(once(wild, 'close'), 'the end');

    assert.match(browser.heard.toString(), /^HTTP\/1\.1 400 /);
  });

  test(`${name}: a member who reads nothing at all is let go`, async (t) => {
    const server = await floor(t, args);
    const [ana, deaf] = [await member(t, server), await member(t, server)];
    const text = 'x'.repeat(60_000);
    deaf.pause();

    for (let said = 0; said < 600; said++) {
      ana.send(text);
      await ana.heard.next();
    }
    deaf.resume();
    await within(once(deaf, 'close'), 'the end');

    assert.ok(deaf.heard.all.length < 600);
  });
}
