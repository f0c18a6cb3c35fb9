// What arrives is kept in an inbox, and tests wait for it there: each wait has a deadline and says
// what did not come.

export const patience = 15_000;

/// `promise`, or an error that names `what` once `ms` milliseconds are over.
export function within(promise, what, ms = patience) {
  let timer;
  const deadline = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

export class Inbox {
  #waiting = [];
  #next = 0;

  /// Everything that ever arrived.
  all = [];

  constructor(what) {
    this.what = what;
  }

  push(item) {
    this.all.push(item);
    for (const check of [...this.#waiting]) check();
  }

  /// How many have arrived and were not taken.
  get size() {
    return this.all.length - this.#next;
  }

  /// Takes the next one.
  async next(ms = patience) {
    return (await this.take(1, ms))[0];
  }

  /// Takes the next `count`.
  async take(count, ms = patience) {
    const end = this.#next + count;
    await this.#until(() => this.all.length >= end, `${this.what} (${count} more)`, ms);
    const taken = this.all.slice(this.#next, end);
    this.#next = end;
    return taken;
  }

  /// Takes the first that `matches`, and drops those before it.
  async find(matches, ms = patience) {
    await this.#until(
      () => this.all.slice(this.#next).some(matches),
      `${this.what} (one of a kind)`,
      ms,
    );
    this.#next += this.all.slice(this.#next).findIndex(matches) + 1;
    return this.all[this.#next - 1];
  }

  /// Waits until so many have arrived in all.
  reaches(count, ms = patience) {
    return this.#until(() => this.all.length >= count, `${this.what} (${count} in all)`, ms);
  }

  async #until(isThere, what, ms) {
    if (isThere()) return;
    let check;
    const there = new Promise((resolve) => {
      check = () => isThere() && resolve();
      this.#waiting.push(check);
    });
    try {
      await within(there, what, ms);
    } catch (error) {
      error.message += `; ${this.all.length} came, the last: ${JSON.stringify(this.all.at(-1))}`;
      throw error;
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(check), 1);
    }
  }
}

/// An inbox of what `emitter` emits under these names, each as `{event, ...context}`.
export function inboxOf(emitter, ...names) {
  const inbox = new Inbox(names.join(' or '));
  for (const event of names) emitter.on(event, (context) => inbox.push({ event, ...context }));
  return inbox;
}
