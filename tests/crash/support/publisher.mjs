// Publishers never stop: each has some publishes under way at any time.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Centrifuge } from '../../sdk/support/clients.mjs';
import { Addresses, socketsTo } from './addresses.mjs';

// The protocol's errors that say "try again".
const temporary = [100, 111];

/// Ids that nobody else uses.
export function* idsOf(name) {
  for (let i = 1; ; ++i) yield `${name}-${i}`;
}

/// An SDK client that publishes in `rooms`, with `lanes` publishes under way, at one of `urls` as
/// members do. With keys, it repeats what was not answered, or only by
/// a temporary error, until it is.
export class Publisher {
  #addresses;
  #client;
  #ids;
  #lanes;
  #isOver = false;

  /// How often it has lost its connection.
  disturbed = 0;

  constructor(book, name, urls, rooms, { chance, keys, pause, lanes = 4 }) {
    Object.assign(this, { book, name, rooms, chance, keys, pause });
    this.#ids = idsOf(name);
    this.#addresses = new Addresses(urls);
    this.#client = new Centrifuge(this.#addresses.url, {
      data: { name },
      websocket: socketsTo(this.#addresses),
      maxReconnectDelay: 1000,
    });
    this.#client.connect();
    this.#client.on('connecting', () => ++this.disturbed);
    // A room that does not answer holds up its own lanes only.
    this.#lanes = Array.from({ length: lanes }, (_, i) => this.#run(rooms[i % rooms.length]));
  }

  get url() {
    return this.#addresses.url;
  }

  /// Finishes what is under way.
  async stop() {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  leave() {
    this.#client.disconnect();
  }

  async #run(room) {
    while (!this.#isOver) {
      const id = this.#ids.next().value;
      await (this.keys ? this.publishOnce(room, id) : this.#publish(room, id));
      await sleep(this.chance.between(0, this.pause));
    }
  }

  async #publish(room, id) {
    this.book.note(this.name, 'attempted', { room, id });
    try {
      await this.#client.publish(room, { text: id });
      this.book.note(this.name, 'acknowledged', { room, id });
    } catch (error) {
      await this.#endure(room, error);
    }
  }

  async publishOnce(room, id) {
    const key = randomUUID();
    const data = { room, key, data: { text: id } };
    this.book.note(this.name, 'attempted', { room, id, key });
    for (;;) {
      try {
        const { data: where } = await this.#client.rpc('salon.publish', data);
        const { offset, epoch } = where;
        this.book.note(this.name, 'acknowledged', { room, id, epoch, offset });
        return;
      } catch (error) {
        await this.#endure(room, error);
        this.book.count('repeated');
      }
    }
  }

  // An error of the server's has to be a temporary one; without an answer nothing is known.
  async #endure(room, { code, message }) {
    if (temporary.includes(code)) this.book.refuse(this.name, room);
    else if (code >= 100) this.book.complain(`${this.name}: error ${code}: ${message}`);
    await sleep(this.chance.between(20, 100));
    await this.#client.ready();
  }
}
