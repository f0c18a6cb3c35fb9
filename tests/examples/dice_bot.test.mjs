import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sdkClient, serve, textClient } from './programs.mjs';

test('dice bot: a text client rolls, and everybody hears what', async (t) => {
  const server = await serve(t, 'dice_bot');
  const { lobby } = await sdkClient(t, server, 'Bob');
  const ana = await textClient(t, server, '/?name=Ana');

  ana.type('/roll');

  const [line] = await ana.says(/^Ana rolls a [1-6]$/);
  const heard = await lobby.publications.find((pub) => pub.data.text === line);
  assert.equal(heard.info.connInfo.name, 'Dice');
});

test('dice bot: an SDK client rolls, and other lines are none of its business', async (t) => {
  const server = await serve(t, 'dice_bot');
  const { lobby } = await sdkClient(t, server, 'Bob');

  await lobby.publish({ text: 'roll' });
  await lobby.publish({ text: '/roll' });

  const texts = (await lobby.publications.take(3)).map((pub) => pub.data.text);
  assert.deepEqual(texts.slice(0, 2), ['roll', '/roll']);
  assert.match(texts[2], /^Bob rolls a [1-6]$/);
});

test('dice bot: it is present, and ends with its server', async (t) => {
  const server = await serve(t, 'dice_bot');
  const { lobby } = await sdkClient(t, server, 'Bob');

  const { clients } = await lobby.presence();
  const names = Object.values(clients).map((each) => each.connInfo.name);

  assert.deepEqual(names.sort(), ['Bob', 'Dice']);
  assert.equal(await server.stop(), 0);
  assert.ok(!server.lines.all.some((line) => line.includes('actors still running')));
});
