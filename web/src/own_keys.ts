import { keepingFor, type Keeping } from './keeping';

const place = 'salon.keys';

/// The keys of messages that were written in this browser, the latest of them: by these it knows
/// its own, also at the next visit.
export class OwnKeys {
  #keys: Set<string>;

  constructor(
    readonly keysMax = 500,
    private keeping: Keeping = keepingFor('good'),
  ) {
    this.#keys = new Set(this.#load());
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.refresh();
    this.#keys.add(key);
    try {
      this.keeping.setItem(place, JSON.stringify([...this.#keys]));
    } catch {
      // full, or not allowed
    }
  }

  /// Learns those of other tabs.
  refresh(): void {
    for (const key of this.#load()) this.#keys.add(key);
    for (const oldest of this.#keys) {
      if (this.#keys.size < this.keysMax) break;
      this.#keys.delete(oldest);
    }
  }

  #load(): string[] {
    try {
      const kept: unknown = JSON.parse(this.keeping.getItem(place) ?? '[]');
      return Array.isArray(kept) ? kept.filter((x) => typeof x === 'string') : [];
    } catch {
      return [];
    }
  }
}
