import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Program, example, serve, textClient } from './programs.mjs';

test('minimal server: people talk in the lobby, and only listen in news', async (t) => {
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');
  const bob = await textClient(t, server, '/?room=news:today');

  ana.type('hello');
  bob.type('hello');

  await ana.says(/^hello$/);
  await bob.says(/^Nobody but its owners may write in news:today\.$/);
});

test('minimal server: it ends with 0 when it is told to stop', async (t) => {
  const server = await serve(t, 'minimal_server');

  assert.equal(await server.stop(), 0);
});

test('minimal server: it takes its options from the environment, and tells a mistake', async (t) => {
  const server = new Program(t, example('minimal_server'), [], {
    variables: { SALON_PORT: 'none' },
  });

  await server.says(/^SALON_PORT = "none": expected a whole number from 0 to 65535$/);
  assert.equal(await server.ended, 2);
});
