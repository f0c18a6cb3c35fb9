import type { HistoryOptions, HistoryResult } from 'centrifuge';

import { publicationOf, type Publication } from './publication';
import { RoomLog } from './room_log';
import { isOffline } from './words';

const page = 60;
const epochChanged = 112;

export interface RoomHistoryOptions {
  /// Asks the server; only while one is in the room.
  ask: (options: HistoryOptions) => Promise<HistoryResult>;
  isJoined: () => boolean;
  found: (publications: Publication[]) => void;
  changed: () => void;
}

/// What was said in a room: what is here of it, and how more is fetched.
export class RoomHistory {
  log = new RoomLog();

  /// Whether the newest messages are here, up to what comes live.
  isLoaded = false;

  /// Something that went wrong and may be tried again, in words; else empty.
  trouble = '';

  #isLoadingOlder = false;
  #fillingFrom = new Set<number>();

  constructor(private options: RoomHistoryOptions) {}

  /// Gets the newest messages.
  async loadNewest(): Promise<void> {
    if (this.isLoaded || !this.options.isJoined()) return;
    this.isLoaded = true;
    try {
      const got = await this.#get({ limit: page, reverse: true });
      if (got.length === 0) this.log.hasBeginning = true;
    } catch (error) {
      this.isLoaded = false;
      this.#failed(error);
    }
    this.options.changed();
  }

  /// Gets a page of what was said before the oldest message here.
  async loadOlder(): Promise<void> {
    const { first, hasBeginning, epoch } = this.log;
    const isNeeded = !hasBeginning && first > 1 && !this.log.isFull;
    if (this.#isLoadingOlder || !isNeeded || !this.options.isJoined()) return;
    this.#isLoadingOlder = true;
    this.options.changed();
    try {
      const since = { offset: first, epoch };
      const got = await this.#get({ limit: page * 2, since, reverse: true });
      if (got.length === 0) this.log.hasBeginning = true;
    } catch (error) {
      this.#failed(error);
    }
    this.#isLoadingOlder = false;
    this.options.changed();
  }

  /// Gets what is missing from `from` up to `to`.
  async fillGap(from: number, to: number): Promise<void> {
    if (this.#fillingFrom.has(from)) return;
    this.#fillingFrom.add(from);
    try {
      const limit = Math.min(to - from + 1, page * 4);
      const since = { offset: from - 1, epoch: this.log.epoch };
      const got = await this.#get({ limit, since });
      const first = Math.min(to + 1, got[0]?.offset ?? to + 1);
      if (first > from) this.log.lose(from);
    } catch (error) {
      this.#failed(error);
    }
    this.#fillingFrom.delete(from);
    this.options.changed();
  }

  async #get(options: HistoryOptions): Promise<Publication[]> {
    const { publications, epoch, offset } = await this.options.ask(options);
    const now = Date.now();
    const got = publications.map((x) => publicationOf(x, now, false));
    this.log.position(epoch, offset);
    this.log.add(got);
    this.trouble = '';
    this.options.found(got);
    return got;
  }

  #failed(error: unknown): void {
    const { code } = error as { code: number };
    if (code === epochChanged) {
      this.isLoaded = false;
      void this.loadNewest();
    } else if (code === 103 || code === 108) {
      this.log.hasBeginning = true; // nothing is kept, or not for us
      this.isLoaded = true;
    } else if (!isOffline(code)) {
      this.trouble = 'Earlier messages could not be had just now.';
    }
  }
}
