import { keepingFor, type Keeping } from './keeping';

const place = 'salon.keys';

/// The keys of messages that were written in this browser, the latest of them: by these it knows
/// its own, also at the next visit.
export class OwnKeys {
  #keys: Set<string>;
  #unseen = new Set<string>(); // of those added here: no other tab is known to have read them
  #written = ''; // here, the last time

  constructor(
    readonly keysMax = 500,
    private keeping: Keeping = keepingFor('good'),
  ) {
    this.#keys = new Set(keysIn(this.#kept()));
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#unseen.add(key);
    this.#take(keysIn(this.#kept()));
    this.#write();
  }

  /// Learns those of other tabs. One that wrote at the same time has not seen what was written here:
  /// then that is written again.
  refresh(): void {
    const kept = this.#kept();
    if (kept === this.#written) return;
    const keys = keysIn(kept);
    for (const key of keys) this.#unseen.delete(key);
    this.#take(keys);
    if (this.#unseen.size > 0) this.#write();
  }

  // `keys`, and behind them what is not among them yet.
  #take(keys: string[]): void {
    const all = new Set([...keys, ...this.#unseen]);
    this.#keys = new Set([...all].slice(-this.keysMax));
    for (const key of this.#unseen) if (!this.#keys.has(key)) this.#unseen.delete(key);
  }

  #write(): void {
    this.#written = JSON.stringify([...this.#keys]);
    try {
      this.keeping.setItem(place, this.#written);
    } catch {
      // full, or not allowed
    }
  }

  #kept(): string {
    try {
      return this.keeping.getItem(place) ?? '';
    } catch {
      return '';
    }
  }
}

function keysIn(kept: string): string[] {
  try {
    const keys: unknown = JSON.parse(kept || '[]');
    return Array.isArray(keys) ? keys.filter((x) => typeof x === 'string') : [];
  } catch {
    return [];
  }
}
