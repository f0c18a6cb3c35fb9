import type { Typed } from './typed';

/// A message of one's own on its way into a room.
export interface Outgoing extends Typed {
  key: string; // a UUID: however often it is sent, it is published once
  time: number;
  state: 'sending' | 'failed';
  reason: string; // why it failed, in words
}

/// Where a message landed.
export interface Position {
  offset: number;
  epoch: string;
}

/// Why a message did not land: worth trying again by itself, or not.
export interface Refusal {
  isTemporary: boolean;
  isOffline: boolean;
  reason: string;
}

export interface OutboxOptions {
  /// Sends one message; rejects with a Refusal.
  send: (message: Outgoing) => Promise<Position>;
  stored: (message: Outgoing, where: Position) => void;
  changed: () => void;
  messages?: Outgoing[]; // from an earlier visit
  wait?: (milliseconds: number) => Promise<void>;
  attemptsMax?: number;
  messagesMax?: number;
}

/// The messages one has sent into a room and that are not there yet, in their order: one is under
/// way at a time. What is temporary is tried again a few times, a lost connection until it is back;
/// what fails stays, to be retried with the same key or to be given up.
export class Outbox {
  messages: Outgoing[];

  #options: Required<Omit<OutboxOptions, 'messages'>>;
  #isOpen = false;
  #isWorking = false;

  constructor({ messages = [], ...options }: OutboxOptions) {
    this.messages = messages;
    this.#options = {
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      attemptsMax: 4,
      messagesMax: 200,
      ...options,
    };
  }

  get isFull(): boolean {
    return this.messages.length >= this.#options.messagesMax;
  }

  /// The way to the server is open, or not.
  open(isOpen: boolean): void {
    this.#isOpen = isOpen;
    void this.#work();
  }

  add(typed: Typed, key: string, time: number): void {
    this.messages.push({ ...typed, key, time, state: 'sending', reason: '' });
    this.#options.changed();
    void this.#work();
  }

  retry(key: string): void {
    const message = this.messages.find((x) => x.key === key);
    if (!message) return;
    message.state = 'sending';
    this.#options.changed();
    void this.#work();
  }

  /// It was seen in the room, or is given up.
  remove(key: string): void {
    const at = this.messages.findIndex((x) => x.key === key);
    if (at < 0) return;
    this.messages.splice(at, 1);
    this.#options.changed();
  }

  /// All of them are given up.
  clear(): void {
    this.messages = [];
    this.#options.changed();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#deliver(next);
    this.#isWorking = false;
  }

  #next(): Outgoing | undefined {
    return this.#isOpen ? this.messages.find((x) => x.state === 'sending') : undefined;
  }

  async #deliver(message: Outgoing): Promise<void> {
    for (let attempt = 1; this.#isOpen && this.messages.includes(message); ++attempt) {
      try {
        const where = await this.#options.send(message);
        this.#options.stored(message, where);
        return this.remove(message.key);
      } catch (error) {
        const why = error as Refusal;
        if (why.isOffline && !this.#isOpen) return;
        if (!why.isTemporary || attempt >= this.#options.attemptsMax)
          return this.#fail(message, why);
        await this.#options.wait(500 * 2 ** (attempt - 1));
      }
    }
  }

  #fail(message: Outgoing, why: Refusal): void {
    message.state = 'failed';
    message.reason = why.reason;
    this.#options.changed();
  }
}
