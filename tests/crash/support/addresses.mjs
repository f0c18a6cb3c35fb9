// Where a client connects, each time it does.
import { WebSocket } from '../../sdk/support/clients.mjs';

/// One after the other, as a load balancer would choose that passes over who is away: the first
/// until the connection ends, then the next. With one address a client stays with its server.
export class Addresses {
  #urls;
  #taken = -1;

  constructor(urls) {
    this.#urls = [urls].flat();
  }

  /// For a new connection.
  take() {
    ++this.#taken;
    return this.url;
  }

  /// Of the last one.
  get url() {
    return this.#urls[Math.max(this.#taken, 0) % this.#urls.length];
  }
}

/// A class of the SDK's sockets that goes where `addresses` say, and shows `hear` each frame before
/// the SDK sees it.
export function socketsTo(addresses, hear = () => {}) {
  return class extends WebSocket {
    constructor(url, ...parameters) {
      super(addresses.take(), ...parameters);
      this.on('message', (data) => hear(data.toString()));
    }
  };
}
