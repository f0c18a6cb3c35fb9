// Members: they listen, note what they hear, and come back whenever the server is away.
import { Centrifuge, WebSocket } from '../../sdk/support/clients.mjs';

// Of the SDK's sockets: shows `hear` each frame before the SDK sees it.
function tapped(hear) {
  return class extends WebSocket {
    constructor(...parameters) {
      super(...parameters);
      this.on('message', (data) => hear(data.toString()));
    }
  };
}

/// An unmodified SDK client in `rooms`.
export class SdkMember {
  #frame = '';
  #client;
  #subs = [];
  #positions = new Map();
  #answer; // to a subscribe, whose publications are still coming

  constructor(book, name, url, rooms) {
    this.book = book;
    this.name = name;
    this.rooms = rooms;
    this.heard = new Set();
    this.#client = new Centrifuge(url, {
      data: { name },
      websocket: tapped((frame) => (this.#frame = frame)),
      maxReconnectDelay: 1000,
    });
    for (const room of rooms) this.#enter(room);
    this.#client.connect();
  }

  get isIn() {
    return this.#subs.every((sub) => sub.state === 'subscribed');
  }

  leave() {
    this.#client.disconnect();
  }

  /// The last position it knows in `room`.
  position(room) {
    return this.#positions.get(room);
  }

  #enter(room) {
    const sub = this.#client.newSubscription(room);
    sub.on('subscribing', () => this.book.note(this.name, 'unsubscribed', { room }));
    sub.on('subscribed', (x) => this.#onSubscribed(room, x));
    sub.on('publication', (x) => this.#onPublication(room, x));
    sub.on('unsubscribed', (x) => this.book.complain(`${this.name} was put out: ${x.reason}`));
    sub.subscribe();
    this.#subs.push(sub);
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

/// A bare WebSocket client of the plain-text endpoint. It says `lines`, a generator of ids, one
/// after the other: the next when it has heard the last, or never will.
export class TextMember {
  #socket;
  #timer;
  #isOver = false;

  constructor(book, name, url, room, { chance, lines, pause }) {
    Object.assign(this, { book, name, url, room, chance, lines, pause });
    this.heard = new Set();
    this.isIn = false;
    this.#connect();
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
    this.#socket = new WebSocket(this.url);
    this.#socket.on('message', (data) => this.#onLine(data.toString()));
    this.#socket.on('error', () => {}); // its end tells as much
    this.#socket.on('close', () => {
      this.isIn = false;
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
      this.book.count('refused');
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
