// Whether rooms were served, and when not: by the answers that publishers got.

export class Service {
  #answers = [];
  #refusals = [];

  /// @param nodeOf  The node that a publisher is connected with.
  constructor(book, nodeOf) {
    book.listen((who, event, { room }) => {
      if (event !== 'acknowledged' && event !== 'refused') return;
      const list = event === 'refused' ? this.#refusals : this.#answers;
      list.push({ room, node: nodeOf(who), at: performance.now() });
    });
  }

  now() {
    return performance.now();
  }

  /// Whether clients of each of `nodes` had something acknowledged in each of `rooms` since then.
  isThere(rooms, nodes, since) {
    const seen = new Set(this.#answers.filter((x) => x.at > since).map(placeOf));
    return rooms.every((room) => nodes.every((node) => seen.has(placeOf({ room, node }))));
  }

  /// The longest time, in milliseconds, for which no client of one of `nodes` had anything
  /// acknowledged in one of `rooms`, from `begin` to now.
  longestPause(rooms, nodes, begin) {
    let longest = 0;
    for (const room of rooms)
      for (const node of nodes) {
        const here = this.#answers.filter((x) => placeOf(x) === placeOf({ room, node }));
        // From the last answer before, which the strike may have followed at once.
        const first = here.findLast((x) => x.at <= begin)?.at ?? begin;
        const times = [first, ...here.filter((x) => x.at > begin).map((x) => x.at), this.now()];
        times.slice(1).forEach((at, i) => (longest = Math.max(longest, at - times[i])));
      }
    return longest;
  }

  /// Temporary errors since then, everywhere.
  refusals(since) {
    return this.#refusals.filter((x) => x.at > since).length;
  }
}

function placeOf({ room, node }) {
  return `${node} ${room}`;
}
