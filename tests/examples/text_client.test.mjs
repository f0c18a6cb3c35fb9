import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Program, example, serve, textClient } from './programs.mjs';

test('text client: what one says, all hear, the one who said it too', async (t) => {
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');
  const bob = await textClient(t, server, '/?name=Bob');

  ana.type('good \u{1F305} morning');

  await ana.says(/^good \u{1F305} morning$/u);
  await bob.says(/^good \u{1F305} morning$/u);
});

test('text client: at the end of its input it takes leave', async (t) => {
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');

  ana.type('bye');
  await ana.says(/^bye$/);

  assert.equal(await ana.leave(), 0);
  assert.deepEqual(ana.lines.all, ['Welcome to lobby, Ana.', 'bye', 'Closed with 1000 ']);
});

test('text client: a server that stops says so', async (t) => {
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/');

  await server.stop();

  await ana.says(/^Closed with 3001 shutdown$/);
  assert.equal(await ana.ended, 1);
});

test('text client: without a server it says what is wrong', async (t) => {
  const ana = new Program(t, example('text_client'), ['/', '1']);

  await ana.says(/^Cannot connect to 127\.0\.0\.1:1\/: Connection refused$/);
  assert.equal(await ana.ended, 1);
});
