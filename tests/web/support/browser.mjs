// People with a browser: Debian's Chromium, driven by playwright-core, at the real server.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

/// Where pictures of the page go: outside the tree.
export const pictures =
  process.env.SALON_PICTURES ?? fileURLToPath(new URL('../../../build/pictures', import.meta.url));

const executablePath = process.env.SALON_CHROMIUM ?? '/usr/bin/chromium';

/// A browser for the tests of one file (with node:test's `before` and `after`).
export function browserFor({ before, after }) {
  const held = {};
  before(async () => {
    held.browser = await launch();
  });
  after(() => held.browser?.close());
  return held;
}

export function launch() {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// In the page: its sockets can be cut off from the server, or made deaf; and what it publishes can be
// refused by an error that no server makes at will.
function holdSockets() {
  const open = new Set();
  const cut = () => open.forEach((socket) => socket.close());
  globalThis.network = {
    isAway: false,
    isDeaf: false,
    error: null,
    away() {
      this.isAway = true;
      cut();
    },
    back() {
      this.isAway = this.isDeaf = false;
      cut();
    },
  };
  globalThis.WebSocket = class extends globalThis.WebSocket {
    constructor(...parameters) {
      super(...parameters);
      open.add(this);
      this.addEventListener('close', () => open.delete(this));
      this.addEventListener('message', (event) => {
        if (globalThis.network.isDeaf) event.stopImmediatePropagation();
      });
      if (globalThis.network.isAway) this.close();
    }

    send(data) {
      const { error } = globalThis.network;
      if (!error || !data.includes('"salon.publish"')) return super.send(data);
      const answer = JSON.stringify({ id: JSON.parse(data).id, error });
      setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: answer })));
    }
  };
}

/// Somebody at the page: a browser of their own, with nothing kept in it.
export class Person {
  /// What the browser had to complain about.
  complaints = [];

  /// Another tab of the same browser, with the same page.
  async anotherTab() {
    const page = await this.page.context().newPage();
    const person = new Person(this.name, page, this.address);
    await page.goto(this.address);
    return person;
  }

  /// Visits the page of `server` for the first time and enters `room` as `name`. `before` runs in the
  /// page before anything else.
  static async enter(t, { browser }, server, name, { room = 'lobby', before, ...options } = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    await context.addInitScript(holdSockets);
    if (before) await context.addInitScript(before);
    const page = await context.newPage();
    const person = new Person(name, page, `http://127.0.0.1:${server.port}/#${room}`);
    t.after(() => context.close());
    await page.goto(person.address);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Enter' }).click();
    await person.isIn(room);
    return person;
  }

  constructor(name, page, address) {
    this.name = name;
    this.page = page;
    this.address = address;
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (line) => {
      // A server that is down, or a socket that was cut, is no fault of the page.
      const isExpected = /ERR_CONNECTION|WebSocket (connection|is already in CLOSING)|ERR_INTERNET_DISCONNECTED/.test(
        line.text(),
      );
      if (line.type() === 'error' && !isExpected) this.complaints.push(line.text());
    });
  }

  get composer() {
    return this.page.getByRole('textbox', { name: /^Message to/ });
  }

  /// The messages on the screen.
  get messages() {
    return this.page.locator('#messages .message');
  }

  get people() {
    return this.page.locator('.people .person');
  }

  /// Waits until the room is on show; it may not be entered yet.
  async isIn(room) {
    await this.page.locator('.room-head h1', { hasText: new RegExp(`^${room}$`) }).waitFor();
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /// Waits until a message with `text` is on the screen; its place in the page.
  async sees(text) {
    const message = this.message(text);
    await message.first().waitFor();
    return message;
  }

  message(text) {
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /// Waits until `look` finds `expected`, or something that it matches.
  async finds(look, expected, about) {
    let found;
    const end = Date.now() + 10_000;
    do {
      found = await look();
      try {
        this.#check(found, expected);
        return;
      } catch {
        await this.page.waitForTimeout(30);
      }
    } while (Date.now() < end);
    this.#check(found, expected, about);
  }

  #check(found, expected, about) {
    if (expected instanceof RegExp) assert.match(found, expected, about);
    else assert.deepEqual(found, expected, about);
  }

  /// The texts of all messages on the screen.
  texts() {
    return this.page.locator('#messages .message .text').allTextContents();
  }

  /// Waits until nothing moves any more.
  async settled() {
    await this.page.evaluate(async () => {
      const element = document.getElementById('messages');
      const state = () => `${element.scrollTop} ${element.scrollHeight}`;
      for (let same = 0, last = ''; same < 10; same = state() === last ? same + 1 : 0) {
        last = state();
        await new Promise((drawn) => requestAnimationFrame(drawn));
      }
    });
  }

  async picture(name) {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /// Nothing went wrong in the browser, no policy was hurt.
  isContent() {
    assert.deepEqual(this.complaints, []);
  }
}
