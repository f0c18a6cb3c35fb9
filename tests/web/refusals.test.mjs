// What the server refuses is told in words, and the page goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, subscribed } from '../sdk/support/clients.mjs';
import { serverFor } from '../sdk/support/server.mjs';
import { browserFor, Person } from './support/browser.mjs';

const held = serverFor(
  { before, after },
  {
    'namespaces.small.members_max': 1,
    'namespaces.stage.allow_publish_for_client': false,
    'namespaces.stage.allow_publish_for_subscriber': false,
    'namespaces.staff.allow_subscribe_for_client': false,
    'namespaces.passing.history_size': 0,
    'namespaces.secret.presence': false,
    'defaults.history_size': 100,
  },
);
const browser = browserFor({ before, after });
const enter = (t, name, options) => Person.enter(t, browser, held.server, name, options);
const refusal = ({ page }) => page.locator('.refused .empty-title');

test('a room that is full says so, and lets in once there is space', async (t) => {
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'small:one');
  const ana = await enter(t, 'Ana', { room: 'small:one' });
  await refusal(ana).filter({ hasText: 'This room is full' }).waitFor();

  room.unsubscribe();
  await ana.finds(async () => {
    await ana.page
      .getByRole('button', { name: 'Try again' })
      .click({ timeout: 500 })
      .catch(() => {});
    return ana.page.locator('.refused').count();
  }, 0);
  await ana.say('alone');
  await ana.sees('alone');
});

test('a room that one may not enter, or that cannot be, says why', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'staff:door' });
  await refusal(ana).filter({ hasText: 'You may not enter this room.' }).waitFor();

  await ana.page.goto(ana.address.replace('staff:door', 'a b'));
  await refusal(ana).filter({ hasText: 'This is no name for a room.' }).waitFor();
  await ana.page.goto(ana.address.replace('staff:door', '$private'));
  await refusal(ana).filter({ hasText: 'You may not enter this room.' }).waitFor();
});

test('a link to a name that is too long for any message costs nothing', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'cellar' });

  await ana.page.goto(ana.address.replace('cellar', 'x'.repeat(70_000)));
  await refusal(ana).filter({ hasText: 'This is no name for a room.' }).waitFor();
  await ana.page.getByRole('button', { name: 'Try again' }).click();
  await ana.page.reload();
  await refusal(ana).filter({ hasText: 'This is no name for a room.' }).waitFor();
  await ana.page.goto(ana.address);
  await ana.say('still here');
  await (await ana.sees('still here')).getByTitle('Stored').waitFor();
  await ana.page.reload();
  await ana.isIn('cellar');

  assert.equal(await ana.page.locator('.banner').count(), 0);
  assert.deepEqual(await ana.page.locator('.room-name').allTextContents(), ['cellar']);
  ana.isContent();
});

test('nothing in the name of a room is anything but text', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'plain' });

  for (const name of ['<img src=x onerror=alert(1)>', 'javascript:alert(1)', '\u202ekcab', '%', 'a&b']) {
    await ana.page.goto(ana.address.replace('plain', encodeURIComponent(name)));
    await ana.finds(() => ana.page.locator('.room-head h1').textContent(), name);
    await ana.finds(() => ana.page.title(), `${name} · Salon`);
  }

  assert.equal(await ana.page.locator('main img, .side-lists img').count(), 0);
  const links = await ana.page.locator('.room-link').evaluateAll((all) => all.map((x) => x.protocol));
  assert.ok(links.length > 4 && links.every((x) => x === 'http:'), String(links));
  ana.isContent();
});

test('more messages than can wait are not taken, and that is told', async (t) => {
  const before = () => {
    const message = { text: 'x', isAction: false, time: Date.now(), state: 'failed', reason: 'No.' };
    const all = Array.from({ length: 200 }, (_, n) => ({ ...message, key: `key ${n}` }));
    if (!sessionStorage.getItem('salon.outbox heap'))
      sessionStorage.setItem('salon.outbox heap', JSON.stringify(all));
  };
  const ana = await enter(t, 'Ana', { room: 'heap', before });
  const send = ana.page.getByRole('button', { name: 'Send' });

  await ana.page.locator('#left').filter({ hasText: 'Too many messages are waiting' }).waitFor();
  await ana.composer.fill('one more');
  assert.ok(await send.isDisabled());
  await ana.page.getByRole('button', { name: 'Remove' }).last().click();

  await ana.finds(() => send.isEnabled(), true);
  assert.equal(await ana.page.locator('#left').textContent(), '');
  ana.isContent();
});

test('a message that is refused stays, with the reason, to be retried or removed', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'stage:left' });

  await ana.say('may I?');
  const failure = ana.page.locator('.message.failed .failure');
  await failure.filter({ hasText: 'You may not write in this room.' }).waitFor();
  await ana.picture('desktop-failed');
  await failure.getByRole('button', { name: 'Retry' }).click();
  await failure.filter({ hasText: 'You may not write in this room.' }).waitFor();
  await failure.getByRole('button', { name: 'Remove' }).click();

  await ana.finds(() => ana.messages.count(), 0);
  ana.isContent();
});

test('a message that was refused is still there after a reload, until it is removed', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'stage:right' });
  const failure = ana.page.locator('.message.failed .failure');
  await ana.say('may I?');
  await failure.waitFor();

  await ana.page.reload();
  await ana.sees('may I?');
  await failure.filter({ hasText: 'You may not write in this room.' }).waitFor();
  await failure.getByRole('button', { name: 'Remove' }).click();
  await ana.page.reload();
  await ana.page.getByText('Nothing has been said here yet').waitFor();

  assert.equal(await ana.messages.count(), 0);
  ana.isContent();
});

test('too much at once is said in words, and the retry goes through', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'busy' });
  const busy = { code: 111, message: 'too many requests', temporary: true };
  await ana.page.evaluate((error) => (globalThis.network.error = error), busy);

  await ana.say('quick');
  const failure = ana.page.locator('.message.failed .failure');
  await failure.filter({ hasText: 'Too many messages at once.' }).waitFor();
  await ana.page.evaluate(() => (globalThis.network.error = null));
  await failure.getByRole('button', { name: 'Retry' }).click();

  await (await ana.sees('quick')).getByTitle('Stored').waitFor();
  assert.equal(await failure.count(), 0);
  ana.isContent();
});

test('a room that keeps nothing, or does not say who is in it, is a chat all the same', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'passing:by' });
  const bob = await enter(t, 'Bob', { room: 'passing:by' });
  await bob.finds(() => bob.people.allTextContents(), ['Ana', 'Bob']);
  for (const text of ['one', 'two']) await ana.say(text);
  await bob.finds(() => bob.texts(), ['one', 'two']);
  await ana.finds(() => ana.texts(), ['one', 'two']);
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);

  await ana.page.goto(ana.address.replace('passing:by', 'secret:place'));
  await ana.isIn('secret:place');
  for (const text of ['three', 'four']) await bob.say(text);
  const badge = ana.page.locator('.side .badge');
  await ana.finds(() => badge.allTextContents(), ['2 unread']);
  await ana.page.getByRole('link', { name: /passing:by/ }).click();
  await ana.sees('four');
  await ana.finds(() => badge.count(), 0);
  await ana.page.goto(ana.address.replace('passing:by', 'secret:place'));
  await ana.page.getByText('This room does not say who is in it').waitFor();
  await ana.say('still here');
  await ana.sees('still here');
  ana.isContent();
  bob.isContent();
});

test('what history has lost is told where it would be', async (t) => {
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'short');
  for (let n = 1; n <= 130; ++n) await room.publish({ text: `message ${n}` });
  const ana = await enter(t, 'Ana', { room: 'short' });
  await ana.sees('message 130');
  await ana.settled();

  await ana.finds(async () => {
    await ana.page.locator('#messages').evaluate((element) => element.scrollTo(0, 0));
    return ana.page.getByText('What was said before is no longer kept').count();
  }, 1);
  await ana.sees('message 31');
});

test('everything is there for a keyboard', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'alpha' });
  const { keyboard } = ana.page;
  const focused = () => ana.page.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), 'text', 'one can write at once');

  await keyboard.press('Control+k');
  await ana.finds(focused, 'join');
  await ana.composer.click();
  await keyboard.press('Control+k');
  await ana.finds(focused, 'join');
  await keyboard.type('beta');
  await keyboard.press('Enter');
  await ana.isIn('beta');
  await ana.finds(focused, 'text');
  await keyboard.press('Alt+ArrowDown');
  await ana.isIn('alpha');
  await keyboard.press('Alt+ArrowUp');
  await ana.isIn('beta');
  await ana.finds(focused, 'text');

  await keyboard.type('two');
  await keyboard.press('Shift+Enter');
  await keyboard.type('lines');
  await keyboard.press('Enter');
  await ana.finds(() => ana.texts(), ['two\nlines']);
  const stops = new Set();
  for (let n = 0; n < 30; ++n) {
    await keyboard.press('Tab');
    stops.add(
      await ana.page.evaluate(
        () =>
          document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent,
      ),
    );
  }
  for (const stop of [
    'Messages in beta',
    'Leave beta',
    'Change your name',
    'Copy the link to this room',
  ])
    assert.ok(stops.has(stop), `${stop} among ${[...stops]}`);
});
