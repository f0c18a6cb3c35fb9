import type { Author } from './publication';

/// One name in the list of who is here, and how many connections it has.
export interface Person {
  name: string;
  clients: string[];
}

/// Who is in a room: what presence said, kept up to date by joins and leaves.
export class People {
  #here = new Map<string, Author>();

  /// Whether it is known who is here: large rooms do not say.
  isKnown = false;

  replace(all: Author[]): void {
    this.#here = new Map(all.map((x) => [x.client, x]));
    this.isKnown = true;
  }

  joined(who: Author): void {
    this.#here.set(who.client, who);
  }

  left(client: string): void {
    this.#here.delete(client);
  }

  get count(): number {
    return this.#here.size;
  }

  /// By name, each name once.
  get all(): Person[] {
    const byName = new Map<string, Person>();
    for (const { name, client } of this.#here.values()) {
      const person = byName.get(name) ?? { name, clients: [] };
      person.clients.push(client);
      byName.set(name, person);
    }
    return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
  }
}
