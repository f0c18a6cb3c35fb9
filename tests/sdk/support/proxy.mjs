// A road between clients and the server that can be cut.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Proxy {
  #pairs = new Set();
  #listener;

  /// Where it leads; it may be turned to another port.
  target;

  /// While it is closed, whoever comes is sent away.
  isClosed = false;

  static async start(t, target) {
    const proxy = new Proxy();
    proxy.target = target;
    proxy.#listener = createServer((from) => proxy.#lead(from));
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    t.after(() => proxy.stop());
    return proxy;
  }

  get url() {
    return `ws://127.0.0.1:${this.#listener.address().port}/connection/websocket`;
  }

  /// Ends all connections without a word, and lets nobody through any more.
  cut() {
    this.isClosed = true;
    for (const [from, to] of this.#pairs) {
      from.resetAndDestroy();
      to.resetAndDestroy();
    }
  }

  open() {
    this.isClosed = false;
  }

  stop() {
    this.cut();
    this.#listener.close();
  }

  #lead(from) {
    if (this.isClosed) {
      from.resetAndDestroy();
      return;
    }
    const to = connect(this.target, '127.0.0.1');
    const pair = [from, to];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      from.destroy();
      to.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
    }
    from.pipe(to).pipe(from);
  }
}
