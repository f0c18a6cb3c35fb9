// People talk to each other in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connected, subscribed } from '../sdk/support/clients.mjs';
import { serverFor } from '../sdk/support/server.mjs';
import { browserFor, Person } from './support/browser.mjs';

const held = serverFor({ before, after });
const browser = browserFor({ before, after });
const enter = (t, name, options) => Person.enter(t, browser, held.server, name, options);

test('two people see what each says, who they are, and who is here', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'kitchen' });
  const bob = await enter(t, 'Bob', { room: 'kitchen' });

  await ana.say('Good morning!');
  await bob.sees('Good morning!');
  await bob.say('Hello Ana, see https://example.org/a?b=1.');

  await ana.finds(
    () => ana.texts(),
    ['Good morning!', 'Hello Ana, see https://example.org/a?b=1.'],
  );
  await (await ana.sees('Good morning!')).getByTitle('Stored').waitFor();
  const link = ana.page.locator('#messages a');
  assert.equal(await link.getAttribute('href'), 'https://example.org/a?b=1');
  assert.match(await link.getAttribute('rel'), /noopener/);
  assert.equal(await ana.page.locator('#messages .author').textContent(), 'Bob');
  await ana.finds(() => ana.people.allTextContents(), ['Ana', 'Bob']);
  const members = ana.page.locator('.side li.active .members');
  await ana.finds(() => members.getAttribute('title'), '2 members');
  const heard = ana.page.locator('.room > .unseen[aria-live]');
  await ana.finds(() => heard.textContent(), 'Bob: Hello Ana, see https://example.org/a?b=1.');

  await bob.page.close();
  await ana.finds(() => ana.people.allTextContents(), ['Ana']);
  await ana.finds(() => members.getAttribute('title'), '1 member');
  ana.isContent();
  bob.isContent();
});

test('what somebody does is shown as such', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'stage' });
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'stage');

  await room.publish({ text: 'bows', action: true });
  await ana.finds(() => ana.page.locator('.action .bubble').textContent(), /^\* Bob bows/);
  await ana.say('/me waves');
  await ana.say('/mean what?');

  await ana.sees('/mean what?');
  await (await ana.sees('waves')).getByTitle('Stored').waitFor();
  assert.match(await ana.page.locator('.action.mine .bubble').textContent(), /^\* Ana waves/);
  const { publications } = await room.history({ limit: 10 });
  assert.deepEqual(
    publications.map(({ data: { text, action } }) => [text, action]),
    [
      ['bows', true],
      ['waves', true],
      ['/mean what?', undefined],
    ],
  );
  await ana.page.reload();
  await ana.finds(() => ana.page.locator('.action').count(), 2);
  ana.isContent();
});

test('two tabs of one browser are one person, twice', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'tabs' });
  const again = await ana.anotherTab();
  await again.isIn('tabs');

  await ana.say('from the first');
  await again.sees('from the first');
  await again.say('from the second');
  await ana.sees('from the second');
  await ana.finds(() => ana.people.allTextContents(), ['Ana']);

  for (const tab of [ana, again]) {
    await tab.page.reload();
    await tab.finds(() => tab.page.locator('.message.mine .text').allTextContents(), [
      'from the first',
      'from the second',
    ]);
    tab.isContent();
  }
});

test('what one tab enters and reads, the others know', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'first-tab' });
  const again = await ana.anotherTab();
  await again.page.goto(ana.address.replace('first-tab', 'second-tab'));
  await again.isIn('second-tab');
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'first-tab');
  const kept = (tab) => tab.page.evaluate(() => JSON.parse(localStorage.getItem('salon')));

  await ana.page.evaluate(() => globalThis.network.away());
  await room.publish({ text: 'one' });
  await again.finds(() => again.page.locator('.side .badge').allTextContents(), ['1 unread']);
  await ana.page.evaluate(() => globalThis.network.back());
  await ana.sees('one');

  await again.finds(() => again.page.locator('.side .badge').count(), 0);
  const names = async () => (await kept(ana)).rooms.map((x) => x.room).sort();
  await ana.finds(names, ['first-tab', 'second-tab']);
  await again.page.getByRole('button', { name: 'Leave second-tab' }).click({ force: true });
  await ana.finds(names, ['first-tab']);
  await ana.page.reload();
  await ana.finds(() => ana.page.locator('.room-name').allTextContents(), ['first-tab']);
});

test('a browser that keeps nothing, or something else, chats all the same', async (t) => {
  const forgetful = () => {
    const refuse = {
      get() {
        throw new DOMException('not allowed', 'SecurityError');
      },
    };
    Object.defineProperty(globalThis, 'localStorage', refuse);
    Object.defineProperty(globalThis, 'sessionStorage', refuse);
  };
  const stranger = () => {
    localStorage.setItem('salon', localStorage.getItem('salon') ?? '{"v":9,"rooms":{"a":[]}}');
    localStorage.setItem('salon.keys', '"all of them"');
    sessionStorage.setItem('salon.outbox attic', '{"v":9,"messages":[{"id":1}]}');
  };
  const ana = await enter(t, 'Ana', { room: 'attic', before: forgetful });
  const bob = await enter(t, 'Bob', { room: 'attic', before: stranger });

  await ana.say('I forget');
  await bob.sees('I forget');
  await bob.say('I found something');
  await (await ana.sees('I found something')).waitFor();
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);
  ana.isContent();
  bob.isContent();
  await ana.page.reload();
  await ana.page.getByLabel('Your name').waitFor();
});

test('who is typing is told, and no longer when they have said it', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'typing' });
  const bob = await enter(t, 'Bob', { room: 'typing' });

  // Who is not there yet is told nothing.
  for (const person of [ana, bob])
    await person.finds(() => person.people.allTextContents(), ['Ana', 'Bob']);
  await bob.composer.pressSequentially('Well');
  const line = ana.page.locator('.typing');
  await line.filter({ hasText: 'Bob is typing' }).waitFor();
  assert.equal(await bob.page.locator('.typing').textContent(), '');

  await bob.composer.press('Enter');
  await ana.sees('Well');
  await ana.finds(() => line.textContent(), '');
});

test('a name and rooms are kept, and what was not read is counted', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'first' });
  await ana.page.goto(ana.address.replace('first', 'second'));
  await ana.isIn('second');
  const bob = await connected(t, held.server.url, 'Bob');
  const room = await subscribed(bob, 'first');

  for (const text of ['one', 'two', 'three']) await room.publish({ text });

  const badge = ana.page.locator('.side .badge');
  await ana.finds(() => badge.allTextContents(), ['3 unread']);
  await ana.finds(() => ana.page.title(), '(3) second · Salon');
  await ana.page.getByRole('link', { name: /first/ }).click();
  await ana.sees('three');
  await ana.finds(() => ana.page.title(), 'first · Salon');
  assert.equal(await ana.page.locator('.rule.unread').count(), 0, 'nothing was read before');

  await ana.page.getByRole('link', { name: /second/ }).click();
  await ana.isIn('second');
  await room.publish({ text: 'four' });
  await ana.finds(() => badge.allTextContents(), ['1 unread']);
  await ana.page.getByRole('link', { name: /first/ }).click();
  await ana.sees('four');
  await ana.page.locator('.rule.unread').waitFor();

  await ana.page.reload();
  await ana.isIn('first');
  await ana.finds(() => ana.texts(), ['one', 'two', 'three', 'four']);
  await ana.finds(() => ana.page.locator('.me-name').textContent(), 'Ana');
  await ana.say('five');
  await (await ana.sees('five')).getByTitle('Stored').waitFor();
  await ana.page.reload();
  await (await ana.sees('five')).getByTitle('Stored').waitFor();
  ana.isContent();
});

test('a room is made by entering it, left again, and found in the list by others', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'start' });
  const bob = await enter(t, 'Bob', { room: 'start' });

  await ana.page.getByRole('textbox', { name: 'Enter or make a room' }).fill('no such/room');
  await ana.page.getByRole('button', { name: 'Enter', exact: true }).click();
  assert.match(await ana.page.locator('#join-objection').textContent(), /no spaces/);
  await ana.page.getByRole('textbox', { name: 'Enter or make a room' }).fill('garden');
  await ana.page.getByRole('button', { name: 'Enter', exact: true }).click();
  await ana.isIn('garden');
  assert.equal(new URL(ana.page.url()).hash, '#garden');
  await ana.finds(() => ana.people.allTextContents(), ['Ana']);

  await bob.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await bob.page.getByRole('link', { name: /garden/ }).click({ timeout: 15_000 });
  await bob.isIn('garden');
  await ana.finds(() => ana.people.allTextContents(), ['Ana', 'Bob']);

  await ana.page.getByRole('button', { name: 'Leave garden' }).click({ force: true });
  await ana.page.getByText('You are in no room').waitFor();
  await bob.finds(() => bob.people.allTextContents(), ['Bob']);
});

test('a new name is what others see from then on', async (t) => {
  const ana = await enter(t, 'Ana', { room: 'names' });
  const bob = await enter(t, 'Bob', { room: 'names' });

  await ana.page.getByRole('button', { name: 'Change your name' }).click();
  await ana.page.getByRole('textbox', { name: 'Your name' }).fill('Anna');
  await ana.page.getByRole('button', { name: 'Save' }).click();

  await bob.finds(() => bob.people.allTextContents(), ['Anna', 'Bob']);
  await ana.say('it is me');
  await bob.sees('it is me');
  assert.equal(await bob.page.locator('#messages .author').textContent(), 'Anna');
});
