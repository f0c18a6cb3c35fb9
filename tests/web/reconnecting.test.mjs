// The server goes away in the middle of a conversation, and comes back.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { connected, subscribed } from '../sdk/support/clients.mjs';
import { Server } from '../sdk/support/server.mjs';
import { browserFor, Person } from './support/browser.mjs';

const browser = browserFor({ before, after });

// A server that keeps its rooms in a file, to be killed and started again on the same port.
class Mortal {
  static async start(t, options = {}) {
    const mortal = new Mortal();
    const folder = mkdtempSync(join(tmpdir(), 'salon-'));
    mortal.options = { 'store.path': join(folder, 'rooms.db'), ...options };
    await mortal.start();
    t.after(async () => {
      await mortal.kill();
      rmSync(folder, { recursive: true });
    });
    return mortal;
  }

  async start() {
    this.server = await Server.start({ ...this.options, ...(this.port && { port: this.port }) });
    this.port = this.server.port;
    this.url = this.server.url;
  }

  kill() {
    this.server.signal('SIGKILL');
    return this.server.ended;
  }
}

const banner = ({ page }) => page.locator('.banner');

test('killed and started again: what is written meanwhile arrives once, in order', async (t) => {
  const server = await Mortal.start(t);
  const ana = await Person.enter(t, browser, server, 'Ana');
  const bob = await Person.enter(t, browser, server, 'Bob');
  await ana.say('before');
  await bob.sees('before');

  await server.kill();
  await banner(ana).filter({ hasText: 'Reconnecting' }).waitFor();
  await banner(bob).waitFor();
  const written = ['while away 1', 'while away 2', 'while away 3'];
  for (const text of written) await ana.say(text);
  await ana.finds(() => ana.page.locator('.message.sending .text').allTextContents(), written);
  await ana.picture('desktop-reconnecting');

  await server.start();
  for (const each of [ana, bob]) {
    await each.finds(() => each.texts(), ['before', ...written]);
    await each.finds(() => banner(each).count(), 0);
    assert.equal(await each.page.locator('.gap').count(), 0);
  }
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);
  await bob.say('welcome back');
  await ana.sees('welcome back');
  await ana.finds(() => ana.people.allTextContents(), ['Ana', 'Bob']);

  await bob.page.reload();
  await bob.finds(() => bob.texts(), ['before', ...written, 'welcome back']);
});

test('a server that has forgotten everything: the room starts over, and one talks on', async (t) => {
  const server = await Mortal.start(t, { 'store.path': 'memory' });
  const ana = await Person.enter(t, browser, server, 'Ana');
  await ana.say('long ago');
  await (await ana.sees('long ago')).getByTitle('Stored').waitFor();

  await server.kill();
  await banner(ana).waitFor();
  await ana.say('meanwhile');
  await server.start();

  await (await ana.sees('meanwhile')).getByTitle('Stored').waitFor();
  await ana.page.getByText('The room started over here').waitFor();
  assert.deepEqual(await ana.texts(), ['long ago', 'meanwhile']);
});

test('an answer that is lost does not make a message come twice', async (t) => {
  const server = await Mortal.start(t);
  const ana = await Person.enter(t, browser, server, 'Ana');
  const bob = await Person.enter(t, browser, server, 'Bob');

  // Everything that comes down is lost from here on: the message arrives, its answer does not.
  await ana.page.evaluate(() => (globalThis.network.isDeaf = true));
  await ana.say('only once');
  await bob.sees('only once');
  assert.equal(await ana.page.locator('.message.sending').count(), 1);
  await ana.page.evaluate(() => globalThis.network.back());

  await ana.finds(() => ana.texts(), ['only once']);
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);
  await bob.say('I heard you');
  await ana.sees('I heard you');
  assert.deepEqual(await bob.texts(), ['only once', 'I heard you']);
});

test('what was not stored when the page is loaded again is sent then, and once', async (t) => {
  const server = await Mortal.start(t);
  const ana = await Person.enter(t, browser, server, 'Ana');
  const bob = await Person.enter(t, browser, server, 'Bob');

  // The answer to the first is lost, the others never leave.
  await ana.page.evaluate(() => (globalThis.network.isDeaf = true));
  await ana.say('arrived');
  await bob.sees('arrived');
  await ana.page.evaluate(() => globalThis.network.away());
  await ana.say('two');
  await ana.say('/me waits');
  await ana.finds(() => ana.page.locator('.message.sending').count(), 3);
  await ana.page.reload();

  for (const each of [ana, bob])
    await each.finds(() => each.texts(), ['arrived', 'two', 'waits']);
  await ana.finds(() => ana.page.locator('.message.sending').count(), 0);
  assert.equal(await bob.page.locator('.message.action').count(), 1);
  await ana.page.reload();
  await ana.sees('waits');
  assert.deepEqual(await ana.texts(), ['arrived', 'two', 'waits']);
  ana.isContent();
});

test('a server that has come to take less says so before it is sent too much', async (t) => {
  const server = await Mortal.start(t);
  const ana = await Person.enter(t, browser, server, 'Ana');
  await ana.say('before');
  await (await ana.sees('before')).getByTitle('Stored').waitFor();

  await server.kill();
  await banner(ana).waitFor();
  await ana.say('x'.repeat(2_000));
  server.options['client.frame_bytes_max'] = '1KiB';
  await server.start();

  await ana.page.locator('.failure').filter({ hasText: 'longer than this server takes' }).waitFor();
  await ana.say('short');
  await (await ana.sees('short')).getByTitle('Stored').waitFor();
  await ana.finds(() => banner(ana).count(), 0);
});

test('more was said than is brought back: the gap is shown, and filled from history', async (t) => {
  const server = await Mortal.start(t, { 'client.recovery_max_publication_limit': 5 });
  const ana = await Person.enter(t, browser, server, 'Ana');
  const chidi = await connected(t, server.url, 'Chidi');
  const room = await subscribed(chidi, 'lobby');
  await room.publish({ text: 'first' });
  await ana.sees('first');

  await ana.page.evaluate(() => globalThis.network.away());
  await banner(ana).waitFor();
  for (let n = 1; n <= 100; ++n) await room.publish({ text: `missed ${n}` });
  await ana.page.evaluate(() => globalThis.network.back());

  await ana.sees('missed 100');
  const list = ana.page.locator('#messages');
  const gap = ana.page.locator('.gap');
  await ana.settled();
  await list.evaluate((element) => element.scrollTo(0, 0));
  await gap.waitFor();
  assert.match(await gap.textContent(), /40 messages missing here/);
  await ana.picture('desktop-gap');
  await gap.getByRole('button', { name: 'Show' }).click();
  await ana.sees('missed 1');
  await ana.finds(() => gap.count(), 0);
});
