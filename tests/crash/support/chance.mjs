// Chance that can be repeated: the same seed makes the same choices.

export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /// A number in [low, high). The generator is Mulberry32.
  between(low, high) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return low + (((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * (high - low);
  }

  pick(list) {
    return list[Math.floor(this.between(0, list.length))];
  }

  /// The same things in another order (Fisher and Yates).
  shuffled(list) {
    const all = [...list];
    for (let i = all.length - 1; i > 0; --i) {
      const other = Math.floor(this.between(0, i + 1));
      [all[i], all[other]] = [all[other], all[i]];
    }
    return all;
  }
}
