// Members: they listen, note what they hear, and come back whenever the server is away.
import { Centrifuge, WebSocket } from '../../sdk/support/clients.mjs';
import { Addresses, socketsTo } from './addresses.mjs';

const mustComeAgain = 2500; // because it would miss something: an SDK is unsubscribed,
const wouldMissLines = 3010; // a text client closed

/// An unmodified SDK client in `rooms`. Of several `urls` it goes to the next when its connection
/// ends. With `roll` it hears who comes and goes.
export class SdkMember {
  #frame = '';
  #addresses;
  #roll;
  #client;
  #subs = [];
  #positions = new Map();
  #answer; // to a subscribe, whose publications are still coming

  /// Its id on its connection.
  id;

  /// How often it has lost its connection or its place in a room.
  disturbed = 0;

  constructor(book, name, urls, rooms, { roll } = {}) {
    this.book = book;
    this.name = name;
    this.rooms = rooms;
    this.heard = new Set();
    this.#roll = roll;
    this.#addresses = new Addresses(urls);
    this.#client = new Centrifuge(this.#addresses.url, {
      data: { name },
      websocket: socketsTo(this.#addresses, (frame) => (this.#frame = frame)),
      maxReconnectDelay: 1000,
    });
    this.#client.on('connected', ({ client }) => (this.id = client));
    for (const room of rooms) this.#enter(room);
    this.#client.connect();
  }

  get isIn() {
    return this.#subs.every((sub) => sub.state === 'subscribed');
  }

  get url() {
    return this.#addresses.url;
  }

  leave() {
    this.#client.disconnect();
  }

  /// The last position it knows in `room`.
  position(room) {
    return this.#positions.get(room);
  }

  /// The ids of those who are in `room`, as it is told; of nobody when it is not.
  async presence(room) {
    const { clients } = await this.#client.presence(room).catch(() => ({ clients: {} }));
    return new Set(Object.keys(clients));
  }

  #enter(room) {
    const sub = this.#client.newSubscription(room, { joinLeave: this.#roll !== undefined });
    sub.on('subscribing', ({ code }) => this.#onUnsubscribed(room, code));
    sub.on('subscribed', (x) => this.#onSubscribed(room, x));
    sub.on('publication', (x) => this.#onPublication(room, x));
    sub.on('unsubscribed', (x) => this.book.complain(`${this.name} was put out: ${x.reason}`));
    sub.on('join', ({ info }) => this.#roll?.joined(room, info.client));
    sub.on('leave', ({ info }) => this.#roll?.left(room, info.client));
    sub.subscribe();
    this.#subs.push(sub);
  }

  #onUnsubscribed(room, code) {
    this.book.note(this.name, 'unsubscribed', { room });
    this.#roll?.begin(room);
    if (this.#positions.has(room)) ++this.disturbed; // the first time it has not been there
    if (code === mustComeAgain) this.book.count('told to come again');
  }

  #onSubscribed(room, { streamPosition: { epoch, offset }, wasRecovering, recovered }) {
    const answer = { room, epoch, offset, recovered, publications: [] };
    if (wasRecovering) answer.recovering = { ...this.#positions.get(room) };
    if (!recovered) this.#positions.set(room, { epoch, offset });
    // The SDK passes the answer's publications on like live ones; the frame says how many.
    const replies = this.#frame.split('\n').map((line) => JSON.parse(line).subscribe);
    const publications = replies.find((x) => x?.epoch === epoch)?.publications ?? [];
    this.#answer = { answer, left: publications.length };
    this.#noteAnswer();
  }

  #onPublication(room, { offset, data }) {
    this.heard.add(data.text);
    if (this.#positions.has(room)) this.#positions.get(room).offset = offset;
    if (this.#answer) {
      this.#answer.answer.publications.push({ offset, id: data.text });
      --this.#answer.left;
      this.#noteAnswer();
    } else {
      this.book.note(this.name, 'received', { room, offset, id: data.text });
    }
  }

  #noteAnswer() {
    if (this.#answer.left > 0) return;
    this.book.note(this.name, 'subscribed', this.#answer.answer);
    this.#answer = undefined;
  }
}

/// A bare WebSocket client of the plain-text endpoint, at one of `urls` as above. It says `lines`, a generator of ids, one
/// after the other: the next when it has heard the last, or never will.
export class TextMember {
  #socket;
  #timer;
  #isOver = false;
  #addresses;

  /// How often it has lost its connection.
  disturbed = 0;

  constructor(book, name, urls, room, { chance, lines, pause }) {
    Object.assign(this, { book, name, room, chance, lines, pause });
    this.#addresses = new Addresses(urls);
    this.heard = new Set();
    this.isIn = false;
    this.#connect();
  }

  get url() {
    return this.#addresses.url;
  }

  fallSilent() {
    this.lines = undefined;
  }

  leave() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket.terminate();
  }

  #connect() {
    this.#socket = new WebSocket(this.#addresses.take());
    this.#socket.on('message', (data) => this.#onLine(data.toString()));
    this.#socket.on('error', () => {}); // its end tells as much
    this.#socket.on('close', (code) => {
      this.isIn = false;
      ++this.disturbed;
      if (code === wouldMissLines) this.book.count('told to come again');
      this.book.note(this.name, 'lost');
      clearTimeout(this.#timer);
      const delay = this.chance.between(20, 1000);
      if (!this.#isOver) this.#timer = setTimeout(() => this.#connect(), delay);
    });
  }

  #onLine(line) {
    const { room } = this;
    if (!this.isIn) {
      this.isIn = true;
      this.book.note(this.name, 'subscribed', { room });
      this.#speak();
    } else if (line.startsWith('Your line was not delivered')) {
      this.book.refuse(this.name, room);
      this.#speak(100);
    } else {
      this.heard.add(line);
      this.book.note(this.name, 'received', { room, id: line });
      if (line === this.said) this.#speak();
    }
  }

  #speak(least = 0) {
    if (!this.lines) return;
    this.#timer = setTimeout(() => {
      if (!this.lines) return;
      this.said = this.lines.next().value;
      this.book.note(this.name, 'attempted', { room: this.room, id: this.said });
      this.#socket.send(this.said);
    }, least + this.chance.between(0, this.pause));
  }
}
