import type { Centrifuge, Subscription } from 'centrifuge';

import { KeptOutbox } from './kept_outbox';
import { bytesOf, bytesToSend, roomNameBytesMax, type Limits } from './limits';
import { Outbox, type Outgoing, type Position, type Refusal } from './outbox';
import type { OwnKeys } from './own_keys';
import { People } from './people';
import {
  authorOf,
  isTyping,
  publicationOf,
  type Author,
  type Publication,
  type RawPublication,
} from './publication';
import { RoomHistory } from './room_history';
import type { RoomLog } from './room_log';
import { Throttle, Typists, typingEvery } from './typists';
import type { Typed } from './typed';
import { Watched } from './watched';
import { isOffline, joiningDelayed, joiningFailed, sendingFailed, tooLong } from './words';

const alreadySubscribed = 105;
const badRequest = 107;

/// Who one is, and what one is held to; both may change.
export interface Myself extends Author {
  limits: Limits;
  areLimitsKnown: Promise<void>; // over this connection
}

/// A room that one is in: what was said, who is here, what one has read, and what one is sending.
export class Room extends Watched {
  history: RoomHistory;
  people = new People();
  typists = new Typists();
  outbox: Outbox;

  /// Whether one is in it at this moment.
  isJoined = false;

  /// Why it cannot be entered, in words; else empty.
  refusal = '';

  /// Why it cannot be entered for now, in words; else empty. It is tried again.
  delay = '';

  /// The last offset that was read, and the one that the mark stands behind (0: no mark).
  read: number;
  unreadAfter = 0;

  /// Called with each message that comes live, to be told to those who cannot see it.
  onMessage: (publication: Publication) => void = () => {};

  #passing = 0; // unread ones that the room does not keep, and so does not number
  #subscription: Subscription;
  #typing = new Throttle(typingEvery);
  #expiry: ReturnType<typeof setInterval>;
  #kept: { epoch: string; read: number };

  constructor(
    private client: Centrifuge,
    readonly name: string,
    kept: { epoch: string; read: number } | null,
    readonly me: () => Myself,
    private ownKeys: OwnKeys,
  ) {
    super();
    this.#kept = kept ?? { epoch: '', read: -1 };
    this.read = this.#kept.read;
    const keptOutbox = new KeptOutbox(name);
    this.outbox = new Outbox({
      messages: keptOutbox.load(Date.now()),
      send: (message) => this.#publish(message),
      stored: (message, where) => this.#stored(message, where),
      changed: () => {
        keptOutbox.save(this.outbox.messages);
        this.changed();
      },
    });
    this.#subscription = client.newSubscription(name, {
      positioned: true,
      recoverable: true,
      joinLeave: true,
      minResubscribeDelay: 200,
      maxResubscribeDelay: 5_000,
    });
    this.history = new RoomHistory({
      ask: (options) => this.#subscription.history(options),
      isJoined: () => this.isJoined,
      found: (all) => all.forEach(({ key }) => key !== null && this.outbox.remove(key)),
      changed: () => this.changed(),
    });
    this.#expiry = setInterval(() => {
      if (this.typists.expire(Date.now())) this.changed();
    }, 1_000);
    this.log.bound(true);
    this.#listen();
    this.enterAgain();
  }

  /// Whether a server can have such a room. A link may have a name that is longer than a message,
  /// which would cost the connection.
  get isPossible(): boolean {
    return bytesOf(this.name) <= roomNameBytesMax;
  }

  get log(): RoomLog {
    return this.history.log;
  }

  get epoch(): string {
    return this.log.epoch;
  }

  /// How many messages one has not read.
  get unread(): number {
    return Math.max(0, this.log.top - this.read) + this.#passing;
  }

  leave(): void {
    clearInterval(this.#expiry);
    this.outbox.open(false);
    this.outbox.clear();
    this.#subscription.unsubscribe();
    this.client.removeSubscription(this.#subscription);
  }

  enterAgain(): void {
    this.refusal = this.isPossible ? '' : joiningFailed(badRequest);
    if (this.isPossible) this.#subscription.subscribe();
    this.changed();
  }

  /// Nobody looks at it, or somebody does again. What is not kept meanwhile can be had from history.
  rest(isResting: boolean): void {
    this.log.bound(isResting);
    this.changed();
  }

  /// In another tab.
  wasRead({ epoch, read }: { epoch: string; read: number }): void {
    if (epoch !== this.epoch || read <= this.read) return;
    this.read = Math.min(read, this.log.top);
    this.changed();
  }

  isMine = (publication: Publication): boolean =>
    (publication.key !== null && this.ownKeys.has(publication.key)) ||
    (publication.author.client !== '' && publication.author.client === this.me().client);

  /// Everything up to here was seen.
  markRead(): void {
    if (this.unread === 0) return;
    this.read = this.log.top;
    this.#passing = 0;
    this.changed();
  }

  /// From now on the mark stands behind what has been read.
  placeMark(): void {
    this.unreadAfter = this.unread > 0 && this.read > 0 ? this.read : 0;
    this.changed();
  }

  send(typed: Typed): void {
    const key = crypto.randomUUID?.() ?? uuid();
    this.ownKeys.add(key);
    this.#typing.reset();
    this.unreadAfter = 0;
    this.outbox.add(typed, key, Date.now());
  }

  /// Says that one is typing, now and then.
  typing(): void {
    if (!this.isJoined || !this.#typing.allows(Date.now())) return;
    this.client.rpc('salon.typing', { room: this.name }).catch(() => {});
  }

  async refreshPeople(): Promise<void> {
    try {
      const { clients } = await this.#subscription.presence();
      this.people.replace(Object.values(clients).map(authorOf));
      this.changed();
    } catch {
      // The room does not say who is in it, or cannot just now.
    }
  }

  #listen(): void {
    this.#subscription
      .on('subscribed', (context) => {
        this.isJoined = true;
        this.refusal = '';
        this.delay = '';
        this.#enter(context.streamPosition, context.wasRecovering && context.recovered);
      })
      .on('subscribing', () => this.#outside(''))
      .on('unsubscribed', ({ code }) => {
        if (code !== 0 && code !== alreadySubscribed) this.#outside(joiningFailed(code));
      })
      .on('error', ({ error }) => {
        if (error.code === 100 || error.code === 111) this.delay = joiningDelayed;
        this.changed();
      })
      .on('publication', (raw) => this.#take(raw))
      .on('join', ({ info }) => {
        this.people.joined(authorOf(info));
        this.changed();
      })
      .on('leave', ({ info }) => {
        this.people.left(info.client);
        this.typists.stopped(info.client);
        this.changed();
      });
  }

  #outside(refusal: string): void {
    this.isJoined = false;
    if (refusal) this.delay = '';
    this.refusal = refusal;
    this.outbox.open(false);
    this.changed();
  }

  #enter(position: { offset: number; epoch: string } | undefined, hasAll: boolean): void {
    const epoch = position?.epoch ?? '';
    const isOther = this.log.epoch !== '' && this.log.epoch !== epoch;
    const isFirst = this.log.epoch === '';
    // What is recovered comes as publications, and moves the top by itself.
    this.log.position(epoch, hasAll ? 0 : (position?.offset ?? 0));
    if (isOther) this.read = 0;
    if (isFirst) {
      const isKnown = this.#kept.epoch === epoch && this.#kept.read >= 0;
      this.read = isKnown ? Math.min(this.#kept.read, this.log.top) : this.log.top;
    }
    void this.refreshPeople();
    void this.#catchUp(hasAll);
    this.changed();
  }

  // What was on its way when the connection broke may have arrived: that shows before anything is
  // sent again. What is recovered comes right behind the answer to the subscribe.
  async #catchUp(hasAll: boolean): Promise<void> {
    const { history } = this;
    const isAwaited = history.isLoaded || this.outbox.messages.length > 0;
    if (!hasAll) history.isLoaded = false;
    if (!hasAll && isAwaited) await history.loadNewest();
    else await new Promise((resolve) => setTimeout(resolve));
    await this.me().areLimitsKnown;
    if (this.isJoined) this.outbox.open(true);
  }

  #take(raw: RawPublication): void {
    if (isTyping(raw)) {
      const { client, name } = authorOf(raw.info);
      if (client !== this.me().client) this.typists.typing(client, name, Date.now());
      return this.changed();
    }
    const publication = publicationOf(raw, Date.now(), true);
    const wasRead = this.unread === 0;
    this.typists.stopped(publication.author.client);
    this.log.add([publication]);
    if (publication.offset === 0 && !this.isMine(publication)) ++this.#passing;
    if (publication.key !== null && this.ownKeys.has(publication.key)) {
      this.outbox.remove(publication.key);
      if (wasRead) this.read = this.log.top;
    }
    this.onMessage(publication);
    this.changed();
  }

  async #publish({ key, text, isAction, time }: Outgoing): Promise<Position> {
    // What was written before the server took less than it did.
    if (bytesToSend(this.name, { text, isAction }) > this.me().limits.message)
      throw { isOffline: false, isTemporary: false, reason: tooLong } satisfies Refusal;
    try {
      const data = isAction ? { text, action: true, time } : { text, time };
      const { data: where } = await this.client.rpc('salon.publish', {
        room: this.name,
        data,
        key,
      });
      return where as Position;
    } catch (error) {
      const { code } = error as { code: number };
      const refusal: Refusal = {
        isOffline: isOffline(code),
        isTemporary: code === 1 || code === 100 || code === 111 || isOffline(code),
        reason: sendingFailed(code),
      };
      throw refusal;
    }
  }

  // Its publication is here by now, unless the connection broke in between.
  #stored({ key, text, isAction, time }: Outgoing, { offset, epoch }: Position): void {
    if (this.log.has(key) || epoch !== this.log.epoch || offset === 0) return;
    const { client, name } = this.me();
    const wasRead = this.unread === 0;
    this.log.add([{ offset, author: { client, name }, text, isAction, time, key }]);
    if (wasRead) this.read = this.log.top;
    this.changed();
  }
}

// Where the page does not come over HTTPS or from this machine, browsers have no randomUUID.
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (x) => x.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
