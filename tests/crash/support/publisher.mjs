// Publishers never stop: each has some publishes under way at any time.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Centrifuge, WebSocket } from '../../sdk/support/clients.mjs';

// The protocol's errors that say "try again".
const temporary = [100, 111];

/// Ids that nobody else uses.
export function* idsOf(name) {
  for (let i = 1; ; ++i) yield `${name}-${i}`;
}

/// An SDK client that publishes in `rooms`. With keys, it repeats what was not answered, or only by
/// a temporary error, until it is.
export class Publisher {
  #client;
  #ids;
  #lanes;
  #isOver = false;

  constructor(book, name, url, rooms, { chance, keys, pause, lanes = 4 }) {
    Object.assign(this, { book, name, rooms, chance, keys, pause });
    this.#ids = idsOf(name);
    this.#client = new Centrifuge(url, {
      data: { name },
      websocket: WebSocket,
      maxReconnectDelay: 1000,
    });
    this.#client.connect();
    this.#lanes = Array.from({ length: lanes }, () => this.#run());
  }

  /// Finishes what is under way.
  async stop() {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  leave() {
    this.#client.disconnect();
  }

  async #run() {
    while (!this.#isOver) {
      const room = this.chance.pick(this.rooms);
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
      await this.#endure(error);
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
        await this.#endure(error);
        this.book.count('repeated');
      }
    }
  }

  // An error of the server's has to be a temporary one; without an answer nothing is known.
  async #endure({ code, message }) {
    if (temporary.includes(code)) this.book.count('refused');
    else if (code >= 100) this.book.complain(`${this.name}: error ${code}: ${message}`);
    await sleep(this.chance.between(20, 100));
    await this.#client.ready();
  }
}
