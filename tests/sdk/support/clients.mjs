// Clients: the unmodified SDK, and bare WebSockets.
import assert from 'node:assert/strict';

import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

import { Inbox, inboxOf, within } from './inbox.mjs';

export { Centrifuge, WebSocket };

// A `ws` socket that shows its frames to whoever looks, and may keep some to itself.
function tapped(tap) {
  return class extends WebSocket {
    constructor(...parameters) {
      super(...parameters);
      tap.socket = this;
      this.on('message', (data) => tap.received.push(data.toString()));
    }

    send(data, ...rest) {
      if (tap.swallows(data)) return;
      tap.sent.push(data);
      super.send(data, ...rest);
    }
  };
}

/// An SDK client, not connected yet. `tap` sees its frames: the socket in use, what was sent and
/// received, and a test whether a frame of the client's is swallowed.
export function sdkClient(t, url, options = {}) {
  const tap = { socket: undefined, sent: [], received: [], swallows: () => false };
  const client = new Centrifuge(url, {
    websocket: tapped(tap),
    minReconnectDelay: 20,
    maxReconnectDelay: 100,
    timeout: 15_000,
    ...options,
  });
  client.tap = tap;
  client.happened = inboxOf(client, 'connecting', 'connected', 'disconnected', 'error');
  t.after(() => client.disconnect());
  return client;
}

/// The same, connected and known by `name`.
export async function connected(t, url, name, options = {}) {
  const client = sdkClient(t, url, { data: name === undefined ? null : { name }, ...options });
  client.connect();
  client.id = (await client.happened.find((x) => x.event === 'connected')).client;
  return client;
}

/// A subscription of `client`, not begun yet, with inboxes of what happens to it and of its
/// publications, joins and leaves.
export function subscription(client, room, options = {}) {
  const sub = client.newSubscription(room, {
    minResubscribeDelay: 20,
    maxResubscribeDelay: 100,
    ...options,
  });
  sub.happened = inboxOf(sub, 'subscribing', 'subscribed', 'unsubscribed', 'error');
  sub.publications = inboxOf(sub, 'publication');
  sub.people = inboxOf(sub, 'join', 'leave');
  return sub;
}

/// The same, in the room.
export async function subscribed(client, room, options = {}) {
  const sub = subscription(client, room, options);
  sub.subscribe();
  sub.entered = await sub.happened.find((x) => x.event === 'subscribed');
  return sub;
}

const sentences = {
  102: 'unknown channel',
  103: 'permission denied',
  104: 'method not found',
  105: 'already subscribed',
  106: 'limit exceeded',
  107: 'bad request',
  108: 'not available',
  111: 'too many requests',
  112: 'unrecoverable position',
};

/// Checks that `promise` is rejected with the protocol's error `code`, in the protocol's words.
export async function refused(promise, code, about) {
  const { message, temporary = false, code: actual } = await refusal(promise);
  const expected = { code, message: sentences[code], temporary: code === 111 };
  assert.deepEqual({ code: actual, message, temporary }, expected, about);
}

/// What `promise` is rejected with.
export function refusal(promise) {
  const refused = promise.then(
    (value) => {
      throw new Error(`expected a refusal, got ${JSON.stringify(value)}`);
    },
    (error) => error,
  );
  return within(refused, 'a refusal');
}

/// A bare WebSocket: `frames` are the messages it gets, `lines` the same taken apart. It answers
/// the protocol's pings unless `isMute`.
export class Bare {
  isMute = false;
  frames = new Inbox('a frame');
  lines = new Inbox('a line');
  pings = new Inbox('a ping');

  static async open(t, url, options = {}) {
    const bare = new Bare(url, options);
    t.after(() => bare.socket.terminate());
    await within(bare.opened, `${url} to open`);
    return bare;
  }

  constructor(url, { protocols = [], ...options } = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('open', resolve);
      this.socket.on('error', reject);
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('ping', (payload) => this.pings.push(payload.toString()));
    this.socket.on('message', (data) => {
      const text = data.toString();
      this.frames.push(text);
      for (const line of text.split('\n')) {
        if (line === '{}' && !this.isMute) this.socket.send('{}');
        this.lines.push(line);
      }
    });
  }

  /// Commands as objects or text, all in one frame.
  send(...commands) {
    const lines = commands.map((x) => (typeof x === 'string' ? x : JSON.stringify(x)));
    this.socket.send(lines.join('\n'));
  }

  /// Sends a command and takes its reply, whatever comes before it.
  async ask(command) {
    this.send(command);
    return JSON.parse(await this.lines.find((line) => JSON.parse(line).id === command.id));
  }

  /// Says hello as a client called `name`; the connect result.
  async hello(name) {
    return (await this.ask({ id: 1, connect: name ? { data: { name } } : {} })).connect;
  }

  /// How the server closed it.
  async close() {
    return within(this.closed, 'the socket to close');
  }
}
