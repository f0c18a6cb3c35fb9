import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Cluster, Program, example, sdkClient } from './programs.mjs';

const is = (event, name) => (x) => x.event === event && x.info.connInfo?.name === name;

// Rolls until the bot is in the room and hears it.
async function rollAt(t, node) {
  const { lobby: ana } = await sdkClient(t, node, 'Ana');
  while (!ana.publications.all.some(rolled)) await ana.publish({ text: '/roll' });
}

const rolled = (pub) => /^\w+ rolls a [1-6]$/.test(pub.data.text);

test('attached bot: it is in the room for the clients of all nodes', async (t) => {
  const cluster = await Cluster.of(t, 2);
  const { lobby: ana } = await sdkClient(t, cluster.nodes[0], 'Ana', { joinLeave: true });
  const { lobby: bob } = await sdkClient(t, cluster.nodes[1], 'Bob', { joinLeave: true });

  await cluster.attach(t, 'attached_bot');
  await Promise.all([ana, bob].map((each) => each.people.find(is('join', 'Dice'))));
  await ana.publish({ text: '/roll' });
  await bob.publish({ text: '/roll' });

  for (const each of [ana, bob]) {
    const first = await each.publications.find(rolled);
    const second = await each.publications.find(rolled);
    assert.equal(first.data.text.split(' ')[0], 'Ana');
    assert.equal(second.data.text.split(' ')[0], 'Bob');
    assert.equal(first.info.connInfo.name, 'Dice');
  }
  const { clients } = await bob.presence();
  const names = Object.values(clients).map((each) => each.connInfo.name);
  assert.deepEqual(names.sort(), ['Ana', 'Bob', 'Dice']);
});

test('attached bot: killed it leaves once, and started again it is back', async (t) => {
  const cluster = await Cluster.of(t, 2);
  const { lobby: ana } = await sdkClient(t, cluster.nodes[0], 'Ana', { joinLeave: true });
  const { lobby: bob } = await sdkClient(t, cluster.nodes[1], 'Bob', { joinLeave: true });
  const bot = await cluster.attach(t, 'attached_bot');
  await Promise.all([ana, bob].map((each) => each.people.find(is('join', 'Dice'))));

  await bot.kill();
  await Promise.all([ana, bob].map((each) => each.people.find(is('leave', 'Dice'))));
  await cluster.attach(t, 'attached_bot');
  await Promise.all([ana, bob].map((each) => each.people.find(is('join', 'Dice'))));
  await bob.publish({ text: '/roll' });

  for (const each of [ana, bob]) {
    await each.publications.find(rolled);
    assert.equal(each.people.all.filter(is('leave', 'Dice')).length, 1);
    assert.equal(each.people.all.filter(is('join', 'Dice')).length, 2);
  }
});

test('attached bot: started anew at once, it is never there twice', async (t) => {
  const cluster = await Cluster.of(t, 1);
  const { lobby: ana } = await sdkClient(t, cluster.nodes[0], 'Ana', { joinLeave: true });
  const bot = await cluster.attach(t, 'attached_bot');
  await ana.people.find(is('join', 'Dice'));

  bot.kill();
  await cluster.attach(t, 'attached_bot');
  await ana.people.find(is('join', 'Dice'));

  assert.deepEqual(ana.people.all.filter((x) => x.info.connInfo.name === 'Dice').map((x) => x.event),
    ['join', 'leave', 'join']);
});

test('attached bot: told to stop, it leaves at once and ends with 0', async (t) => {
  const cluster = await Cluster.of(t, 1);
  const { lobby: ana } = await sdkClient(t, cluster.nodes[0], 'Ana', { joinLeave: true });
  const bot = await cluster.attach(t, 'attached_bot');
  await ana.people.find(is('join', 'Dice'));

  assert.equal(await bot.stop(), 0);

  await ana.people.find(is('leave', 'Dice'));
  await cluster.nodes[0].says(/ node left node=dice-bot/);
  assert.ok(!bot.lines.all.some((line) => line.includes('actors still running')));
});

test('attached bot: when its only node starts again it is back by itself', async (t) => {
  const cluster = await Cluster.of(t, 1);
  const bot = await cluster.attach(t, 'attached_bot');

  await cluster.nodes[0].kill();
  await bot.says(/ not attached /);
  const node = await cluster.start(t, cluster.address);

  await rollAt(t, node);
});

test('attached bot: it may be there before its cluster', async (t) => {
  const cluster = await Cluster.of(t, 1);
  await cluster.nodes[0].kill();
  const bot = new Program(t, example('attached_bot'), [], {
    variables: { ...cluster.common, SALON_CLUSTER_JOIN: cluster.address },
  });
  await bot.says(/ node not reached /);

  const node = await cluster.start(t, cluster.address);

  await rollAt(t, node);
});

test('attached bot: an operator sees it, with what it has', async (t) => {
  const cluster = await Cluster.of(t, 1);
  const [node] = cluster.nodes;
  const { lobby: ana } = await sdkClient(t, node, 'Ana', { joinLeave: true });
  const bot = await cluster.attach(t, 'attached_bot');
  await ana.people.find(is('join', 'Dice'));

  // It says so with its next report.
  const row = /^ {2}dice-bot +- +up +0 +1 /;
  for (let seen = false; !seen; ) {
    const status = new Program(t, example('salon'), ['cluster', 'status', '--control', node.control]);
    assert.equal(await status.ended, 0);
    assert.ok(status.lines.all.some((line) => line.startsWith('  dice-bot')));
    seen = status.lines.all.some((line) => row.test(line));
  }

  await bot.stop();
});

test('attached bot: without a node to attach to it says what is missing', async (t) => {
  const bot = new Program(t, example('attached_bot'));

  await bot.says(/^cluster\.join = \[\]: expected a node to attach to, such as "127\.0\.0\.1:9601"$/);
  assert.equal(await bot.ended, 2);
});
