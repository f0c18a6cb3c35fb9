// How the page looks, and how it is to those who cannot see it. The pictures are for people to
// look at; they go to build/pictures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { serverFor } from '../sdk/support/server.mjs';
import { browserFor, Person } from './support/browser.mjs';
import { scene } from './support/scene.mjs';

const held = serverFor({ before, after });
const browser = browserFor({ before, after });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What axe finds serious or worse on the page as it is.
async function findings({ page }) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 15, 'axe has looked');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((x) => x.html.slice(0, 120)).join(' | ')}`);
}

async function fitsItsWidth({ page }) {
  const [inside, outside] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(inside <= outside, `${inside} pixels in ${outside}`);
}

for (const colorScheme of ['light', 'dark']) {
  test(`a conversation is accessible and fits, in ${colorScheme}`, async (t) => {
    const room = `standup-${colorScheme}`;
    const ana = await scene(t, browser, held.server, { room, colorScheme });

    await ana.picture(`desktop-${colorScheme}`);
    assert.deepEqual(await findings(ana), []);
    await fitsItsWidth(ana);
    ana.isContent();

    await ana.page.setViewportSize({ width: 360, height: 640 });
    await ana.page.getByRole('button', { name: 'Hide who is here' }).click();
    await ana.sees('All set, the link to the call is in the notes.');
    await ana.finds(() => ana.page.getByRole('button', { name: /Newest/ }).count(), 0);
    await ana.picture(`phone-${colorScheme}`);
    assert.deepEqual(await findings(ana), []);
    await fitsItsWidth(ana);
    await ana.page.getByRole('button', { name: 'Show rooms' }).click();
    await ana.page.getByRole('link', { name: /lunch/ }).waitFor();
    await ana.picture(`phone-rooms-${colorScheme}`);
    assert.deepEqual(await findings(ana), []);
    const focused = () => ana.page.evaluate(() => document.activeElement.ariaLabel);
    await ana.finds(focused, 'Hide rooms');
    await ana.page.keyboard.press('Escape');
    await ana.page.getByRole('button', { name: 'Show rooms' }).click();
    await ana.page.getByRole('link', { name: /lunch/ }).click();
    await ana.isIn('lunch');
    await ana.sees('Soup or pasta?');
  });
}

test('the first visit, an empty room and a refused one are accessible and fit', async (t) => {
  const context = await browser.browser.newContext({ viewport: { width: 360, height: 640 } });
  t.after(() => context.close());
  const first = new Person('', await context.newPage(), '');
  await first.page.goto(`http://127.0.0.1:${held.server.port}/#garden`);
  await first.page.getByRole('button', { name: 'Enter' }).click();
  await first.page.getByText('What should the others call you?').waitFor();
  await first.picture('phone-welcome');
  assert.deepEqual(await findings(first), []);
  await fitsItsWidth(first);

  const ana = await Person.enter(t, browser, held.server, 'Ana', { room: 'silent' });
  await ana.page.getByText('Nothing has been said here yet').waitFor();
  await ana.picture('desktop-empty');
  assert.deepEqual(await findings(ana), []);

  await ana.page.goto(ana.address.replace('silent', 'nowhere:here'));
  await ana.page.getByText('This server has no rooms with such a beginning').waitFor();
  await ana.picture('desktop-refused');
  assert.deepEqual(await findings(ana), []);
});

test('no room, and who is here on a phone, are accessible, with the keyboard in its place', async (t) => {
  const ana = await Person.enter(t, browser, held.server, 'Ana', {
    room: 'crowd',
    viewport: { width: 360, height: 640 },
  });
  const focused = () => ana.page.evaluate(() => document.activeElement.className);
  const people = ana.page.getByRole('button', { name: /^Who is here/ });
  await people.click();
  await ana.finds(() => ana.people.allTextContents(), ['Ana']);
  await ana.picture('phone-people');
  assert.deepEqual(await findings(ana), []);
  await fitsItsWidth(ana);

  await ana.page.keyboard.press('Escape');
  await ana.finds(() => ana.people.count(), 0);
  assert.equal(await focused(), 'people-button');

  await ana.page.setViewportSize({ width: 1280, height: 800 });
  await ana.page.getByRole('button', { name: 'Leave crowd' }).click({ force: true });
  await ana.page.getByRole('heading', { name: 'You are in no room' }).waitFor();
  await ana.finds(() => ana.page.evaluate(() => document.activeElement.id), 'join');
  await ana.finds(() => ana.page.getByRole('link', { name: /crowd/ }).count(), 0);
  await ana.picture('desktop-nowhere');
  assert.deepEqual(await findings(ana), []);
});

test('what goes wrong is accessible and fits, on a phone in the dark', async (t) => {
  const ana = await Person.enter(t, browser, held.server, 'Ana', {
    room: 'trouble',
    colorScheme: 'dark',
    viewport: { width: 360, height: 640 },
  });
  await ana.say('Can you hear me?');
  await (await ana.sees('Can you hear me?')).getByTitle('Stored').waitFor();
  const error = { code: 103, message: 'permission denied' };
  await ana.page.evaluate((x) => (globalThis.network.error = x), error);
  await ana.say('Is this refused?');
  await ana.page.locator('.failure').waitFor();
  const alert = ana.page.locator('.room > .unseen[role=alert]');
  await ana.finds(() => alert.textContent(), '1 message not sent. You may not write in this room.');
  await ana.page.evaluate(() => globalThis.network.away());
  await ana.page.locator('.banner').waitFor();
  await ana.say('/me waits');
  await ana.composer.fill('a bit too long '.repeat(5_000));
  await ana.page.locator('.left.over').waitFor();
  const told = ana.page.locator('.composer .unseen[role=status]');
  await ana.finds(() => told.textContent(), 'Too long to be sent');

  await ana.picture('phone-trouble-dark');
  assert.deepEqual(await findings(ana), []);
  await fitsItsWidth(ana);
});
