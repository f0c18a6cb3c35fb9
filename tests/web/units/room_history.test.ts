import { expect, test } from 'vitest';

import { RoomHistory } from '../../../web/src/room_history';
import { RoomLog } from '../../../web/src/room_log';

type Options = Parameters<ConstructorParameters<typeof RoomHistory>[0]['ask']>[0];

// A room that keeps offsets `first` to `top`, or fails as the test says.
class Kept {
  asked: Options[] = [];
  found: number[] = [];
  error: number | null = null;
  epoch = 'e';
  first = 1;

  history = new RoomHistory({
    ask: async (options) => {
      this.asked.push(options);
      if (this.error !== null) throw { code: this.error };
      const { since, reverse, limit = 0 } = options;
      const offsets = Array.from({ length: this.top - this.first + 1 }, (_, n) => this.first + n)
        .filter((x) => !since || (reverse ? x < since.offset : x > since.offset))
        .sort((a, b) => (reverse ? b - a : a - b))
        .slice(0, limit);
      const publications = offsets.map((offset) => ({ offset, data: { text: `${offset}` } }));
      return { publications, offset: this.top, epoch: this.epoch } as never;
    },
    isJoined: () => true,
    found: (all) => this.found.push(...all.map((x) => x.offset)),
    changed: () => {},
  });

  constructor(public top: number) {}

  get here(): number[] {
    return this.history.log.publications.map((x) => x.offset);
  }
}

test('room history: the newest first, then page by page up to the beginning', async () => {
  const room = new Kept(150);
  await room.history.loadNewest();
  await room.history.loadNewest();
  expect(room.asked.length).toBe(1);
  expect([room.here[0], room.here.at(-1)]).toEqual([91, 150]);

  await Promise.all([room.history.loadOlder(), room.history.loadOlder()]);
  await room.history.loadOlder();

  expect(room.asked.length).toBe(2);
  expect(room.here).toEqual(Array.from({ length: 150 }, (_, n) => n + 1));
  expect(room.found.length).toBe(150);
});

test('room history: what there is no space for is not asked for, again and again', async () => {
  const room = new Kept(500);
  room.history.log = new RoomLog(100);
  await room.history.loadNewest();

  for (let n = 0; n < 5; ++n) await room.history.loadOlder();

  expect(room.asked.length).toBe(2);
  expect([room.here.length, room.here.at(-1)]).toEqual([100, 500]);
});

test('room history: a gap is filled as far as it is kept, and else known to be lost', async () => {
  const room = new Kept(20);
  room.history.log.position('e', 20);
  room.first = 5;

  await room.history.fillGap(8, 9);
  await room.history.fillGap(2, 4);

  expect(room.here).toContain(8);
  expect(room.history.log.isLost(8)).toBe(false);
  expect(room.history.log.isLost(2)).toBe(true);
});

test('room history: a room that started over is read anew', async () => {
  const room = new Kept(100);
  await room.history.loadNewest();

  room.error = 112;
  const older = room.history.loadOlder();
  room.error = null;
  room.epoch = 'f';
  room.top = 3;
  await older;
  await new Promise((resolve) => setTimeout(resolve));

  expect(room.history.log.epoch).toBe('f');
  expect(room.here).toEqual([1, 2, 3]);
});

test('room history: what goes wrong is said, unless there is just no connection', async () => {
  const room = new Kept(100);
  const trouble = async (code: number | null) => {
    room.error = code;
    await room.history.loadNewest();
    return room.history.trouble;
  };

  expect(await trouble(2)).toBe('');
  expect(await trouble(100)).toContain('just now');
  expect(room.history.isLoaded).toBe(false);
  expect(await trouble(null)).toBe('');
  expect(room.history.isLoaded).toBe(true);
  const closed = new Kept(100);
  closed.error = 108;
  await closed.history.loadNewest();
  expect(closed.history.log.hasBeginning).toBe(true);
});
