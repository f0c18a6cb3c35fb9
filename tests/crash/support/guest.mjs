// A guest speaks the protocol on a bare WebSocket, so that nothing hides in which order things come:
// it goes on from a position that somebody else was at, listens for a while, and is gone.
import { WebSocket } from '../../sdk/support/clients.mjs';

export class Guest {
  #socket;

  /// Settles when it is in, or will never be.
  settled = new Promise((resolve) => (this.settle = resolve));

  constructor(book, name, url, room, since) {
    Object.assign(this, { book, name, room, since });
    this.#socket = new WebSocket(url);
    this.#socket.on('open', () => {
      const subscribe = { channel: room, recover: true, ...since };
      this.#socket.send('{"id":1,"connect":{}}\n' + JSON.stringify({ id: 2, subscribe }));
    });
    this.#socket.on('message', (data) => {
      for (const line of data.toString().split('\n')) this.#onLine(JSON.parse(line));
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.settle());
  }

  leave() {
    this.#socket.removeAllListeners('message');
    this.#socket.terminate();
    this.book.note(this.name, 'lost');
  }

  #onLine({ id, error, subscribe, push }) {
    const { room } = this;
    if (push?.pub) {
      const { offset, data } = push.pub;
      this.book.note(this.name, 'received', { room, offset, id: data.text });
    }
    if (id !== 2) return;
    if (error) this.book.count('refused');
    else this.#onSubscribed(subscribe);
    this.settle();
  }

  #onSubscribed({ epoch, offset = 0, recovered = false, publications = [] }) {
    this.book.note(this.name, 'subscribed', {
      room: this.room,
      epoch,
      offset,
      recovered,
      recovering: this.since,
      publications: publications.map((x) => ({ offset: x.offset, id: x.data.text })),
    });
  }
}
