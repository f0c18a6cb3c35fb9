/// Tells those who hear the page what is said: the first message at once, and of what comes in
/// quick succession how much it was, and the last. Nobody can listen to more.
export class Herald {
  #waiting: string[] = [];
  #isResting = false;

  constructor(
    private tell: (sentence: string) => void,
    readonly restFor = 4_000,
    private wait = (then: () => void, milliseconds: number): unknown => setTimeout(then, milliseconds),
  ) {}

  hear(said: string): void {
    this.#waiting.push(said);
    if (!this.#isResting) this.#speak();
  }

  /// One has gone elsewhere.
  forget(): void {
    this.#waiting = [];
    this.tell('');
  }

  #speak(): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#isResting = all.length > 0;
    const last = all.at(-1);
    if (last === undefined) return;
    this.tell(all.length === 1 ? last : `${all.length} messages, the last: ${last}`);
    this.wait(() => this.#speak(), this.restFor);
  }
}
