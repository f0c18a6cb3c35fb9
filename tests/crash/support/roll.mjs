// Who comes and goes, as one member is told.

/// The roll of one listener, in all rooms. Complains when somebody comes who is there, or leaves who
/// is not.
export class Roll {
  #rooms = new Map();

  /// Everybody who left, in order: `{room, client}`.
  leaves = [];

  constructor(book, name) {
    Object.assign(this, { book, name });
  }

  /// The listener lost its place: what it knows of `room` is not true any more.
  begin(room) {
    this.#rooms.set(room, new Map());
  }

  joined(room, client) {
    const known = this.#of(room);
    if (known.get(client)) this.book.complain(`${this.name}: ${client} came to ${room} twice`);
    known.set(client, true);
  }

  left(room, client) {
    const known = this.#of(room);
    // Those who were there before are known by their leaving only.
    if (known.get(client) === false)
      this.book.complain(`${this.name}: ${client} left ${room} twice`);
    known.set(client, false);
    this.leaves.push({ room, client });
  }

  /// How often somebody has left among all leaves but the first `from`.
  timesLeft(room, client, from) {
    return this.leaves.slice(from).filter((x) => x.room === room && x.client === client).length;
  }

  #of(room) {
    if (!this.#rooms.has(room)) this.begin(room);
    return this.#rooms.get(room);
  }
}
