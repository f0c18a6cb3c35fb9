import { Centrifuge } from 'centrifuge';

import { Herald } from './herald';
import { usualLimits, type Limits } from './limits';
import { OwnKeys } from './own_keys';
import type { Publication } from './publication';
import { Room, type Myself } from './room';
import { loadSettings, merged, saveSettings, type KeptRoom, type Settings } from './settings';
import { Watched } from './watched';
import { disconnected } from './words';

/// A room as the server lists it.
export interface Listed {
  room: string;
  members: number;
}

export type Connection = 'connecting' | 'connected' | 'lost' | 'closed';

// Each room is asked how many are in it, so this is not free.
const listEvery = 30_000;
const listPagesMax = 2;

/// The whole of it: the connection, the rooms one is in, the rooms there are.
export class Chat extends Watched {
  rooms = new Map<string, Room>();
  active: Room | null = null;
  listed: Listed[] = [];
  limits: Limits = usualLimits;
  connection: Connection = 'connecting';

  /// Why the connection ended for good, in words; else empty.
  reason = '';

  /// What was said last in the active room, for those who hear the page.
  heard = '';

  #client: Centrifuge;
  #id = '';
  #ownKeys = new OwnKeys();
  #name: string;
  #left = new Set<string>(); // rooms; other tabs may still be in them
  #herald = new Herald((sentence) => {
    this.heard = sentence;
    this.changed();
  });
  #areLimitsKnown = Promise.resolve();
  #isVisible = true;
  #isAtEnd = true;

  constructor(endpoint: string, settings: Settings) {
    super();
    this.#name = settings.name;
    this.#client = new Centrifuge(endpoint, {
      data: { name: settings.name },
      minReconnectDelay: 200,
      maxReconnectDelay: 4_000,
      timeout: 8_000,
    });
    this.#client
      .on('connected', ({ client }) => {
        this.#id = client;
        this.connection = 'connected';
        this.#areLimitsKnown = this.#learnLimits();
        void this.list();
        this.changed();
      })
      .on('connecting', ({ code }) => {
        this.connection = code === 0 ? 'connecting' : 'lost';
        this.changed();
      })
      .on('error', () => {
        if (this.connection === 'connecting') this.connection = 'lost';
        this.changed();
      })
      .on('disconnected', ({ code }) => {
        if (code === 0) return;
        this.connection = 'closed';
        this.reason = disconnected(code);
        this.changed();
      });
    addEventListener('storage', () => {
      this.#ownKeys.refresh();
      for (const kept of loadSettings().rooms) this.rooms.get(kept.room)?.wasRead(kept);
    });
    for (const kept of settings.rooms) this.#add(kept.room, kept);
    setInterval(() => this.#isVisible && void this.list(), listEvery);
  }

  get name(): string {
    return this.#name;
  }

  /// Messages in all rooms that one has not read.
  get unread(): number {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  connect(): void {
    this.reason = '';
    this.#client.connect();
  }

  /// Others see the new name from now on; so the connection is made anew.
  rename(name: string): void {
    this.#name = name;
    saveSettings({ ...loadSettings(), name });
    this.#client.disconnect();
    this.#client.setData({ name });
    this.#client.connect();
    this.changed();
  }

  /// Shows `name`, and enters it if one is not in it.
  open(name: string): void {
    const room = this.rooms.get(name) ?? this.#add(name, null);
    if (room !== this.active) {
      this.active?.rest(true);
      this.active = room;
      room.rest(false);
      this.#herald.forget();
      this.#isAtEnd = true;
      room.placeMark();
      this.#see();
    }
    this.#left.delete(name);
    this.#save();
    this.changed();
  }

  leave(name: string): void {
    this.rooms.get(name)?.leave();
    this.rooms.delete(name);
    this.#left.add(name);
    if (this.active?.name === name) this.active = null;
    void this.list();
    this.#save();
    this.changed();
  }

  /// Whether somebody can see the page.
  visible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) {
      this.active?.placeMark();
      void this.list();
    }
    this.#see();
  }

  /// Whether the newest message is on the screen.
  atEnd(isAtEnd: boolean): void {
    this.#isAtEnd = isAtEnd;
    this.#see();
  }

  /// Asks which rooms there are.
  async list(): Promise<void> {
    if (this.connection !== 'connected') return;
    const all: Listed[] = [];
    let after = '';
    try {
      for (let page = 0; page < listPagesMax; ++page) {
        const { data } = await this.#client.rpc('salon.rooms', { limit: 100, after });
        all.push(...data.rooms);
        after = data.next ?? '';
        if (!after) break;
      }
      this.listed = all;
      this.changed();
    } catch {
      // The next time will do.
    }
  }

  #add(name: string, kept: { epoch: string; read: number } | null): Room {
    const room = new Room(this.#client, name, kept, () => this.#myself, this.#ownKeys);
    this.rooms.set(name, room);
    room.onMessage = (publication) => this.#heard(room, publication);
    room.watch(() => {
      if (room === this.active) this.#see();
      this.#save();
      this.changed();
    });
    return room;
  }

  #heard(room: Room, publication: Publication): void {
    if (room !== this.active || room.isMine(publication)) return;
    const { author, text, isAction } = publication;
    this.#herald.hear(`${author.name}${isAction ? '' : ':'} ${text.slice(0, 300)}`);
  }

  #see(): void {
    if (!this.active) return;
    void this.active.history.loadNewest();
    if (this.#isVisible && this.#isAtEnd) this.active.markRead();
  }

  get #myself(): Myself {
    const { name, limits } = this;
    return { client: this.#id, name, limits, areLimitsKnown: this.#areLimitsKnown };
  }

  async #learnLimits(): Promise<void> {
    try {
      const { data } = await this.#client.rpc('salon.limits', {});
      this.limits = {
        message: data.message_bytes_max,
        name: data.name_bytes_max,
        room: data.room_name_bytes_max,
        historyPage: data.history_publications_max,
      };
      this.changed();
    } catch {
      // An older server: what is usual holds.
    }
  }

  #save(): void {
    const kept = loadSettings();
    const mine: KeptRoom[] = [...this.rooms.values()]
      .filter((room) => room.isPossible)
      .map((room) => ({ room: room.name, epoch: room.epoch, read: room.read }));
    const rooms = merged(mine, kept.rooms, this.#left);
    if (JSON.stringify(rooms) === JSON.stringify(kept.rooms)) return;
    saveSettings({ name: kept.name || this.#name, rooms });
  }
}
