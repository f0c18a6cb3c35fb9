// What is said, as the page shows it: long rooms, old messages, and messages that mean harm.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, subscribed } from '../sdk/support/clients.mjs';
import { serverFor } from '../sdk/support/server.mjs';
import { browserFor, Person } from './support/browser.mjs';

const held = serverFor(
  { before, after },
  {
    'defaults.history_size': 30_000,
    'defaults.history_bytes_max': '64MiB',
    'client.frame_bytes_max': '64KiB',
  },
);
const browser = browserFor({ before, after });
const enter = (t, name, options) => Person.enter(t, browser, held.server, name, options);

// Publishes in the order given, some hundreds at a time.
async function publishAll(room, texts, each = (text) => ({ text })) {
  for (let at = 0; at < texts.length; at += 200)
    await Promise.all(texts.slice(at, at + 200).map((text) => room.publish(each(text))));
}

const numbered = (count) => Array.from({ length: count }, (_, n) => `message ${n + 1}`);

test('scrolling up brings older messages page by page, and what one reads stays put', async (t) => {
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'long');
  await publishAll(room, numbered(400));
  const ana = await enter(t, 'Ana', { room: 'long' });
  await ana.sees('message 400');
  await ana.settled();
  const list = ana.page.locator('#messages');
  assert.equal(await ana.message('message 200').count(), 0);

  // Up to where the next page is asked for, and hold on to the message on top.
  for (let seen = 400; seen > 1;) {
    const before = await onTop(list);
    await list.evaluate((element) => element.scrollBy(0, -1_500));
    await ana.page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const now = await onTop(list);
    assert.ok(now.number <= before.number, `${now.number} after ${before.number}`);
    seen = now.number;
  }
  await ana.page.getByText('This is the beginning of long').waitFor();
  await ana.sees('message 1');
});

test('a page that arrives above does not move what is on the screen', async (t) => {
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'still');
  await publishAll(room, numbered(300), (text) => ({
    text: `${text}\n`.repeat(1 + (text.length % 3)),
  }));
  const ana = await enter(t, 'Ana', { room: 'still' });
  const list = ana.page.locator('#messages');
  await ana.page.getByText('message 300').first().waitFor();
  await ana.settled();

  await ana.page.evaluate(() => (globalThis.network.isDeaf = true));
  // What was only guessed to be so high is measured on the way.
  await ana.finds(async () => {
    await list.evaluate((element) => element.scrollTo(0, 300));
    await ana.settled();
    return list.evaluate((element) => element.scrollTop < 400);
  }, true);
  const before = await onTop(list);
  const height = await list.evaluate((element) => element.scrollHeight);
  await ana.page.evaluate(() => globalThis.network.back());
  await list.evaluate((element) => element.scrollBy(0, 1));
  await ana.finds(
    async () => (await list.evaluate((element) => element.scrollHeight)) > height,
    true,
  );
  await ana.settled();

  const now = await onTop(list);
  assert.equal(now.number, before.number);
  assert.ok(Math.abs(now.top - before.top) <= 3, `moved by ${now.top - before.top} pixels`);
});

test('20,000 messages are in the room, a screenful of them in the document', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'huge' });
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'huge');

  await publishAll(room, numbered(20_000));
  await ana.sees('message 20000');
  const list = ana.page.locator('#messages');
  await ana.settled();

  for (const part of [0.5, 0.1, 0, 0.9, 1]) {
    const rows = await list.evaluate(async (element, where) => {
      element.scrollTo(0, element.scrollHeight * where);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      return element.querySelectorAll('.row').length;
    }, part);
    assert.ok(rows > 5 && rows < 80, `${rows} rows`);
  }
  await list.evaluate((element) => element.scrollTo(0, 0));
  await ana.sees('message 1');
  await ana.page.getByRole('button', { name: /Newest/ }).click();
  await ana.sees('message 20000');
  await ana.say('mine');
  await ana.sees('mine');
  ana.isContent();
});

test('nothing in a message is anything but text', async (t) => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(2)>',
    '<a href="javascript:alert(3)">here</a>',
    'javascript:alert(4)',
    'https://example.org/"onmouseover="alert(5)',
    '&lt;b&gt; {{7*7}} ${7*7} %3Cscript%3E',
    'w'.repeat(5_000),
    '\u202egnp.exe \u2066mixed\u2069 \u200b\u0007\ufeff',
    'שלום <b>עולם</b> مرحبا',
    '👩‍👩‍👧‍👦🏳️‍🌈e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
    'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e'.repeat(50),
    '\n'.repeat(500),
    'x '.repeat(30_000),
  ];
  const ana = await enter(t, 'Ana', { room: 'hostile', viewport: { width: 360, height: 640 } });
  const bob = await connected(t, held.server.url, '<img src=x onerror=alert(6)>');
  const room = await subscribed(bob, 'hostile', { joinLeave: true });

  for (const text of hostile) {
    await room.publish({ text });
    const last = ana.page.locator('#messages .message .text').last();
    await ana.finds(async () => text.startsWith(await last.textContent()), true, text.slice(0, 40));
  }
  for (const data of [
    7,
    [1],
    { text: { html: '<b>' } },
    { text: 5, time: 'never' },
    { time: 1e300, text: 'late' },
  ])
    await room.publish(data);
  await bob.rpc('salon.publish', {
    room: 'hostile',
    data: { text: 'end' },
    tags: { kind: 'typing', __proto__x: '__proto__' },
  });

  await ana.sees('end');
  const strange = await ana.page.evaluate(() => ({
    elements: document.querySelectorAll('#messages :is(script, img, b, iframe, style)').length,
    links: [...document.querySelectorAll('#messages a')].map((x) => x.protocol),
    wide: document.documentElement.scrollWidth > innerWidth,
    wider: [...document.querySelectorAll('#messages .bubble')].some(
      (x) => x.getBoundingClientRect().right > innerWidth,
    ),
  }));
  assert.deepEqual(strange, { elements: 0, links: strange.links, wide: false, wider: false });
  assert.ok(
    strange.links.every((x) => x === 'https:'),
    String(strange.links),
  );
  await ana.picture('phone-hostile');
  await ana.page.locator('#messages').evaluate((element) => element.scrollTo(0, 0));
  const author = ana.page.locator('#messages .author').first();
  await ana.finds(() => author.textContent(), '<img src=x onerror=alert(6)>');
  ana.isContent();
});

test('the length is told before it is too much, and a message of that length arrives', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'length' });
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'length');
  const send = ana.page.getByRole('button', { name: 'Send' });
  const told = ana.page.locator('#left');

  await ana.composer.fill('ä'.repeat(40_000));
  await told.filter({ hasText: 'bytes too long' }).waitFor();
  assert.ok(await send.isDisabled());
  await ana.composer.fill('ä'.repeat(32_000));
  await told.filter({ hasText: 'bytes left' }).waitFor();
  const left = Number((await told.textContent()).replace(/[^0-9]/g, ''));
  await ana.composer.fill('ä'.repeat(32_000) + 'x'.repeat(left));
  await told.filter({ hasText: /^0 bytes left/ }).waitFor();
  await send.click();

  const { data } = await room.publications.find((x) => x.offset > 0);
  assert.equal(data.text.length, 32_000 + left);
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);
  ana.isContent();
});

// The first message that is whole on the screen: its number and where it is.
function onTop(list) {
  return list.evaluate((element) => {
    const frame = element.getBoundingClientRect();
    const all = [...element.querySelectorAll('.message')]
      .map((x) => ({
        number: Number(x.querySelector('.text').textContent.match(/\d+/)),
        top: x.getBoundingClientRect().top - frame.top,
      }))
      .filter((x) => x.top >= 0)
      .sort((a, b) => a.top - b.top);
    return all[0];
  });
}
