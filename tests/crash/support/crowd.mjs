// The people of a run with several nodes: on each, members of all kinds and publishers.
import { SdkMember, TextMember } from './members.mjs';
import { Publisher, idsOf } from './publisher.mjs';
import { Roll } from './roll.mjs';

export class Crowd {
  #book;
  #cluster;
  #rooms;
  #members = []; // with the SDK
  #texts = [];
  #publishers = [];
  #rolls = [];

  constructor(book, cluster, rooms, { chance, pause }) {
    this.#book = book;
    this.#cluster = cluster;
    this.#rooms = rooms;
    cluster.nodes.forEach((node, i) => {
      // Some stay with their node, and come back to it; others go on to the next.
      const others = [...cluster.nodes.slice(i + 1), ...cluster.nodes.slice(0, i)];
      const anywhere = [node, ...others].map((x) => x.url);
      const roll = new Roll(book, `roll-${i}`);
      const listener = new SdkMember(book, `ana-${i}`, node.url, rooms, { roll });
      this.#rolls.push({ roll, listener });
      const halves = rooms.filter((_, place) => place % 2 === i % 2);
      this.#members.push(listener, new SdkMember(book, `ben-${i}`, anywhere, halves));
      const room = rooms[i % rooms.length];
      const urls = [node.textUrl({ room, name: `tim-${i}` })];
      const speech = { chance, lines: idsOf(`tim-${i}`), pause };
      this.#texts.push(new TextMember(book, `tim-${i}`, urls, room, speech));
      const manner = { chance, pause, lanes: rooms.length };
      this.#publishers.push(
        new Publisher(book, `pia-${i}`, node.url, rooms, { ...manner, keys: false }),
        new Publisher(book, `kay-${i}`, anywhere, rooms, { ...manner, keys: true }),
      );
    });
  }

  get #all() {
    return [...this.#members, ...this.#texts, ...this.#publishers];
  }

  get isIn() {
    return [...this.#members, ...this.#texts].every((x) => x.isIn);
  }

  /// Whether everybody who hears who comes and goes is told, in each room, that all are there.
  async knowsWhoIsThere() {
    const asked = this.#rolls.flatMap(({ listener }) =>
      this.#rooms.map(async (room) => {
        const there = await listener.presence(room);
        return this.#members.filter((x) => x.rooms.includes(room)).every((x) => there.has(x.id));
      }),
    );
    return (await Promise.all(asked)).every((x) => x);
  }

  /// The node that somebody is connected with.
  nodeOf(name) {
    return this.#cluster.nodeAt(this.#all.find((x) => x.name === name).url);
  }

  /// From now on watches what clients of other nodes than `struck` notice.
  lookOn(struck) {
    const isSafe = (x) => this.#cluster.nodeAt(x.url) !== struck;
    const before = this.#all.filter(isSafe).map((x) => ({ x, disturbed: x.disturbed }));
    const dead = this.#members.filter((x) => !isSafe(x));
    const missing = dead.flatMap(({ id, rooms }) => rooms.map((room) => ({ room, client: id })));
    const rolls = this.#rolls.filter(({ listener }) => isSafe(listener));
    const marks = rolls.map(({ roll }) => ({ roll, from: roll.leaves.length }));
    const told = this.#book.counts['told to come again'] ?? 0;
    const notTold = () =>
      marks.flatMap(({ roll, from }) =>
        missing
          .filter(({ room, client }) => roll.timesLeft(room, client, from) === 0)
          .map((x) => ({ ...x, roll: roll.name })),
      );
    return { notTold, judge: (title) => this.#judge(title, { before, missing, marks, told }) };
  }

  #judge(title, { before, missing, marks, told }) {
    for (const { x, disturbed } of before)
      if (x.disturbed > disturbed)
        this.#book.complain(`${title}: ${x.name}, of another node, was disturbed`);
    if ((this.#book.counts['told to come again'] ?? 0) > told)
      this.#book.complain(`${title}: somebody was told to come again`);
    for (const { roll, from } of marks)
      for (const { room, client } of missing)
        if (roll.timesLeft(room, client, from) !== 1)
          this.#book.complain(`${title}: ${client} left ${room} not once, says ${roll.name}`);
  }

  /// Lets everybody end what they do, and then say something in each room, from each node.
  async finish() {
    for (const each of this.#texts) each.fallSilent();
    await Promise.all(this.#publishers.map((x) => x.stop()));
    const keyed = this.#publishers.filter((x) => x.keys);
    for (const each of keyed)
      for (const room of this.#rooms) await each.publishOnce(room, `end-${each.name}-${room}`);
  }

  get hasHeardTheEnd() {
    const names = this.#publishers.filter((x) => x.keys).map((x) => x.name);
    const heardAll = (x) =>
      (x.rooms ?? [x.room]).every((room) => names.every((y) => x.heard.has(`end-${y}-${room}`)));
    return [...this.#members, ...this.#texts].every(heardAll);
  }

  leave() {
    for (const each of this.#all) each.leave();
  }
}
