import type { Publication } from './publication';

/// What the page has of one epoch of a room, by offset. Offsets have no holes at the server: one
/// here is a gap, which history may still have.
export interface Stretch {
  epoch: string;
  publications: Publication[];
}

/// What the page has of a room, oldest first. Each publication is in it once, and each key is
/// shown once.
export class RoomLog {
  /// Those before the last are of epochs that are over.
  stretches: Stretch[] = [{ epoch: '', publications: [] }];

  /// The highest offset that the room is known to have.
  top = 0;

  /// Whether history has nothing older than what is here.
  hasBeginning = false;

  /// Counts changes.
  version = 0;

  #keys = new Map<string, number>();
  #lost = new Set<number>();
  #characters = 0;
  #isResting = false;

  constructor(
    readonly publicationsMax = 30_000,
    readonly restingMax = 500, // publications
    readonly charactersMax = 16_000_000, // a sixteenth of them while it rests
  ) {}

  get epoch(): string {
    return this.#last.epoch;
  }

  get publications(): Publication[] {
    return this.#last.publications;
  }

  /// The lowest offset that is here; 0 if none is.
  get first(): number {
    return this.publications.find((x) => x.offset > 0)?.offset ?? 0;
  }

  /// Takes note of where the room is. Another epoch than before means that it started over.
  position(epoch: string, top: number): void {
    if (this.epoch && epoch && epoch !== this.epoch) this.#startOver(epoch);
    if (epoch) this.#last.epoch = epoch;
    this.top = Math.max(this.top, top);
    ++this.version;
  }

  /// Adds what is not there yet, in any order.
  add(publications: Publication[]): void {
    for (const each of publications) this.#insert(each);
    this.#trim();
    ++this.version;
  }

  /// Keeps less while nobody looks at the room.
  bound(isResting: boolean): void {
    this.#isResting = isResting;
    this.#trim();
    ++this.version;
  }

  /// Whether there is no space for what was said before.
  get isFull(): boolean {
    return this.#size >= this.#max * 0.99 || this.#characters >= this.#mostCharacters * 0.9;
  }

  /// Whether a publication with `key` is here.
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /// Whether `publication` repeats a key that another one has, and so is not shown.
  isRepeated({ key, offset }: Publication): boolean {
    return key !== null && this.#keys.get(key) !== offset;
  }

  /// History has nothing of the gap that begins at `from`.
  lose(from: number): void {
    this.#lost.add(from);
    ++this.version;
  }

  /// Whether history was asked for the gap that begins at `from`, and had nothing.
  isLost(from: number): boolean {
    return this.#lost.has(from);
  }

  get #last(): Stretch {
    return this.stretches[this.stretches.length - 1]!;
  }

  get #size(): number {
    return this.stretches.reduce((sum, x) => sum + x.publications.length, 0);
  }

  get #max(): number {
    return this.#isResting ? this.restingMax : this.publicationsMax;
  }

  get #mostCharacters(): number {
    return this.#isResting ? this.charactersMax / 16 : this.charactersMax;
  }

  // The oldest go, of earlier epochs first. The newest stays, however long it is.
  #trim(): void {
    for (let excess = this.#size - this.#max; this.#isOver(excess); ) {
      const [{ publications }] = this.stretches as [Stretch];
      // Many at once: to take one from the front of a long list moves all the others.
      const part = Math.max(excess, Math.ceil(publications.length / 100));
      const gone = publications.splice(0, Math.min(part, publications.length));
      for (const { key, text } of gone) {
        this.#characters -= text.length;
        if (key) this.#keys.delete(key);
      }
      excess -= gone.length;
      if (this.stretches.length === 1) this.hasBeginning = false;
      else if (publications.length === 0) this.stretches.shift();
    }
  }

  #isOver(excess: number): boolean {
    const isLast = this.stretches.length === 1 && this.publications.length <= 1;
    return !isLast && (excess > 0 || this.#characters > this.#mostCharacters);
  }

  #startOver(epoch: string): void {
    if (this.publications.length === 0) this.stretches.pop();
    this.stretches.push({ epoch, publications: [] });
    this.top = 0;
    this.hasBeginning = false;
    this.#lost.clear();
  }

  #insert(publication: Publication): void {
    const list = this.publications;
    const { offset, key } = publication;
    const at = offset > 0 ? placeOf(list, offset) : list.length;
    if (offset > 0 && list[at]?.offset === offset) return;
    list.splice(at, 0, publication);
    this.#characters += publication.text.length;
    this.top = Math.max(this.top, offset);
    if (key !== null && (!this.#keys.has(key) || this.#keys.get(key)! > offset))
      this.#keys.set(key, offset);
  }
}

// Where `offset` is or would be. Nearly always that is the end.
function placeOf(list: Publication[], offset: number): number {
  let low = 0;
  let high = list.length;
  if (high === 0 || list[high - 1]!.offset < offset) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
