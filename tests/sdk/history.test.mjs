// Reading what was said: pages in both directions, and what is no page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, refused, subscribed, subscription } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor(
  { before, after },
  {
    'client.history_max_publication_limit': 40,
    'namespaces.short.history_size': 5,
    'namespaces.none.history_size': 0,
    'namespaces.big.history_bytes_max': '32MiB',
    'client.frame_bytes_max': '128KiB',
  },
);

const numbers = (first, last) => [...Array(last - first + 1).keys()].map((i) => first + i);
const offsets = (page) => page.publications.map((x) => x.offset);

// A room in which the numbers from 1 to `last` were said.
async function told(t, room, last) {
  const ana = await connected(t, here.server.url, 'ana');
  await Promise.all(numbers(1, last).map((i) => ana.publish(room, i)));
  return ana;
}

test('history: without a limit it is the position alone', async (t) => {
  const ana = await told(t, 'top', 3);

  const page = await ana.history('top');
  assert.deepEqual(page.publications, []);
  assert.equal(page.offset, 3);
  assert.match(page.epoch, /^[A-Za-z]{8}$/);
});

test('history: an untouched room has an epoch and offset 0, and keeps both', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');

  const first = await ana.history('untouched', { limit: 10 });
  assert.equal(first.offset, 0);
  assert.match(first.epoch, /^[A-Za-z]{8}$/);
  assert.deepEqual(await ana.history('untouched', { limit: 10 }), first);
});

test('history: a page has the first of them, with what was published', async (t) => {
  const ana = await told(t, 'first', 5);

  const page = await ana.history('first', { limit: 2 });
  const info = { client: ana.id, user: '', connInfo: { name: 'ana' } };
  assert.deepEqual(page.publications, [
    { channel: 'first', data: 1, offset: 1, info },
    { channel: 'first', data: 2, offset: 2, info },
  ]);
  assert.equal(page.offset, 5);
});

test('history: reversed, a page has the last of them, newest first', async (t) => {
  const ana = await told(t, 'last', 5);

  assert.deepEqual(offsets(await ana.history('last', { limit: 2, reverse: true })), [5, 4]);
});

test('history: limit -1 is all, up to what the server gives at once', async (t) => {
  const ana = await told(t, 'all', 45);

  assert.deepEqual(offsets(await ana.history('all', { limit: -1 })), numbers(1, 40));
  assert.deepEqual(offsets(await ana.history('all', { limit: 1000 })), numbers(1, 40));
});

for (const reverse of [false, true])
  test(`history: page by page ${reverse ? 'backward' : 'forward'} it is all`, async (t) => {
    const room = `paged-${reverse}`;
    const ana = await told(t, room, 100);
    const seen = [];
    let since;
    for (;;) {
      const page = await ana.history(room, { limit: 7, reverse, since });
      if (page.publications.length === 0) break;
      seen.push(...offsets(page));
      since = { offset: seen.at(-1), epoch: page.epoch };
      if (reverse && since.offset === 1) break;
    }
    assert.deepEqual(seen, reverse ? numbers(1, 100).reverse() : numbers(1, 100));
  });

test('history: since excludes its offset, both ways', async (t) => {
  const ana = await told(t, 'since', 5);
  const { epoch } = await ana.history('since');
  const page = async (offset, reverse) =>
    offsets(await ana.history('since', { limit: 10, since: { offset, epoch }, reverse }));

  assert.deepEqual(await page(0, false), [1, 2, 3, 4, 5]);
  assert.deepEqual(await page(3, false), [4, 5]);
  assert.deepEqual(await page(5, false), []);
  assert.deepEqual(await page(900, false), []);
  assert.deepEqual(await page(3, true), [2, 1]);
  assert.deepEqual(await page(1, true), []);
  assert.deepEqual(await page(900, true), [5, 4, 3, 2, 1]);
});

test('history: since without an epoch counts for any', async (t) => {
  const ana = await told(t, 'any-epoch', 3);

  const page = await ana.history('any-epoch', { limit: 10, since: { offset: 1, epoch: '' } });
  assert.deepEqual(offsets(page), [2, 3]);
});

test('history: an epoch that is not this one is error 112', async (t) => {
  const ana = await told(t, 'epoch', 3);
  const since = { offset: 1, epoch: 'nonesuch' };

  await refused(ana.history('epoch', { limit: 10, since }), 112);
});

test('history: backward from before the beginning is error 107', async (t) => {
  const ana = await told(t, 'beginning', 3);
  const { epoch } = await ana.history('beginning');
  const since = { offset: 0, epoch };

  await refused(ana.history('beginning', { limit: 1, since, reverse: true }), 107);
});

test('history: only the last ones are kept, and the position goes on', async (t) => {
  const ana = await told(t, 'short:kept', 12);

  const page = await ana.history('short:kept', { limit: -1 });
  assert.deepEqual(offsets(page), numbers(8, 12));
  assert.equal(page.offset, 12);
  const since = { offset: 2, epoch: page.epoch };
  assert.deepEqual(offsets(await ana.history('short:kept', { limit: 2, since })), [8, 9]);
});

test('history: where none is kept it is error 108, and publications have no offset', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  const room = await subscribed(ana, 'none:here');
  await ana.publish('none:here', 'x');

  assert.equal((await room.publications.next()).offset, undefined);
  await refused(ana.history('none:here', { limit: 1 }), 108);
  assert.equal(room.entered.recoverable, false);
});

test('history: what was published before in one frame is in it', async (t) => {
  for (let i = 0; i < 20; ++i) {
    const ana = await connected(t, here.server.url, 'ana');
    ana.startBatching();
    const published = [ana.publish(`fresh-${i}`, 1), ana.publish(`fresh-${i}`, 2)];
    const page = ana.history(`fresh-${i}`, { limit: 10 });
    ana.stopBatching();
    await Promise.all(published);

    assert.deepEqual(offsets(await page), [1, 2]);
    ana.disconnect();
  }
});

// 300 messages of 64 KiB: more than one answer can hold.
test('history: a huge backlog is read in bounded answers, all of it', async (t) => {
  const ana = await connected(t, here.server.url, 'ana');
  const count = 300;
  const text = 'x'.repeat(64 * 1024);
  for (const i of numbers(1, count)) await ana.publish('big:backlog', { i, text });

  const seen = [];
  let since;
  let pages = 0;
  while (since?.offset !== count) {
    const page = await ana.history('big:backlog', { limit: -1, since });
    assert.ok(page.publications.length > 0, `page ${pages} is empty`);
    seen.push(...page.publications.map((x) => x.data.i));
    assert.ok(page.publications.every((x) => x.data.text === text));
    since = { offset: page.publications.at(-1).offset, epoch: page.epoch };
    ++pages;
  }
  assert.deepEqual(seen, numbers(1, count));
  const longest = Math.max(...ana.tap.received.map((x) => x.length));
  assert.ok(longest <= 512 * 1024 + 64 * 1024, `an answer of ${longest} bytes`);
  assert.ok(pages >= 36 && pages <= count, `${pages} pages`);

  // Coming back to it: told that this is too much, once, and live from there on.
  const late = await connected(t, here.server.url, 'late');
  const room = subscription(late, 'big:backlog', { since: { offset: 1, epoch: since.epoch } });
  room.subscribe();
  const entered = await room.happened.find((x) => x.event === 'subscribed');
  assert.equal(entered.wasRecovering, true);
  assert.equal(entered.recovered, false);
  assert.deepEqual(entered.streamPosition, { offset: count, epoch: since.epoch });
  await ana.publish('big:backlog', { i: count + 1 });
  assert.equal((await room.publications.next()).data.i, count + 1);
  assert.deepEqual(room.happened.all.map((x) => x.event), ['subscribing', 'subscribed']);

  // What fits into an answer is recovered.
  const near = subscription(late, 'big:near', {});
  near.subscribe();
  await near.ready(15_000);
  near.unsubscribe();
  for (const i of numbers(1, 5)) await ana.publish('big:near', { i, text });
  near.subscribe();
  assert.deepEqual((await near.publications.take(5)).map((x) => x.data.i), numbers(1, 5));
});
