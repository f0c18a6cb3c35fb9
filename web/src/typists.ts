/// How long somebody counts as typing after saying so, and how often oneself says so.
export const typingLasts = 6_000;
export const typingEvery = 3_000;

/// Who is typing in a room. Time is told to it, in milliseconds.
export class Typists {
  #until = new Map<string, { name: string; until: number }>();

  typing(client: string, name: string, now: number): void {
    this.#until.set(client, { name, until: now + typingLasts });
  }

  /// They said it, or left.
  stopped(client: string): boolean {
    return this.#until.delete(client);
  }

  /// Forgets who has stopped without saying so; whether there was somebody.
  expire(now: number): boolean {
    const late = [...this.#until].filter(([, x]) => x.until <= now);
    for (const [client] of late) this.#until.delete(client);
    return late.length > 0;
  }

  get names(): string[] {
    return [...this.#until.values()].map((x) => x.name);
  }
}

/// Lets something through once in a while.
export class Throttle {
  #last = -Infinity;

  constructor(readonly interval: number) {}

  allows(now: number): boolean {
    if (now - this.#last < this.interval) return false;
    this.#last = now;
    return true;
  }

  reset(): void {
    this.#last = -Infinity;
  }
}
