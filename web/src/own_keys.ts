const place = 'salon.keys';

/// The keys of messages that were written in this browser, the latest of them: by these it knows
/// its own, also at the next visit.
export class OwnKeys {
  #keys: Set<string>;

  constructor(
    readonly keysMax = 500,
    private storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
  ) {
    this.#keys = new Set(this.#load());
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.keysMax) this.#keys.delete(oldest!);
    try {
      this.storage.setItem(place, JSON.stringify([...this.#keys]));
    } catch {
      // full, or not allowed
    }
  }

  #load(): string[] {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(place) ?? '[]');
      return Array.isArray(kept) ? kept.filter((x) => typeof x === 'string') : [];
    } catch {
      return [];
    }
  }
}
