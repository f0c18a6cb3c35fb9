import { keepingFor, type Keeping } from './keeping';

const place = 'salon.keys';

/// The keys of messages that were written in this browser, the latest of them: by these it knows
/// its own, also at the next visit.
export class OwnKeys {
  #keys: Set<string>;
  #added = new Set<string>(); // here, in this tab

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
    this.#merge(this.#load());
    this.#added.add(key);
    this.#keys.add(key);
    this.#save();
  }

  /// Learns those of other tabs. One that wrote at the same time has not seen what was written here:
  /// then that is written again.
  refresh(): void {
    const kept = new Set(this.#load());
    this.#merge(kept);
    if ([...this.#added].some((key) => this.#keys.has(key) && !kept.has(key))) this.#save();
  }

  #merge(kept: Iterable<string>): void {
    for (const key of kept) this.#keys.add(key);
    for (const oldest of this.#keys) {
      if (this.#keys.size < this.keysMax) break;
      this.#keys.delete(oldest);
      this.#added.delete(oldest);
    }
  }

  #save(): void {
    try {
      this.keeping.setItem(place, JSON.stringify([...this.#keys]));
    } catch {
      // full, or not allowed
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
