import { expect, test } from 'vitest';

import type { Publication } from '../../../web/src/publication';
import { RoomLog } from '../../../web/src/room_log';

const publication = (offset: number, key: string | null = null): Publication => ({
  offset,
  key,
  text: `${offset}`,
  author: { client: 'c', name: 'Ana' },
  time: null,
});

const offsets = (log: RoomLog) => log.publications.map((x) => x.offset);

function logOf(...all: number[]): RoomLog {
  const log = new RoomLog();
  log.position('e', 0);
  log.add(all.map((x) => publication(x)));
  return log;
}

test('room log: whatever comes in whatever order is there once, by offset', () => {
  const log = logOf(5, 6, 3, 9, 5, 4, 3);

  expect(offsets(log)).toEqual([3, 4, 5, 6, 9]);
  expect(log.first).toBe(3);
  expect(log.top).toBe(9);
});

test('room log: publications without offset stay in the order they came', () => {
  const log = logOf(0, 0);
  log.add([{ ...publication(0), text: 'third' }]);

  expect(log.publications.map((x) => x.text)).toEqual(['0', '0', 'third']);
  expect(log.first).toBe(0);
});

test('room log: another epoch starts over, and keeps what was said', () => {
  const log = logOf(1, 2);

  log.position('f', 1);
  log.add([publication(1)]);

  expect(log.stretches.map((x) => [x.epoch, x.publications.length])).toEqual([
    ['e', 2],
    ['f', 1],
  ]);
  expect(log.top).toBe(1);
});

test('room log: of a key that comes twice the first counts, whichever is known first', () => {
  const log = logOf();
  log.add([publication(7, 'k')]);
  expect(log.isRepeated(publication(7, 'k'))).toBe(false);

  log.add([publication(4, 'k')]);

  expect(log.isRepeated(publication(7, 'k'))).toBe(true);
  expect(log.isRepeated(publication(4, 'k'))).toBe(false);
  expect(log.has('k')).toBe(true);
});

test('room log: over its bound the oldest go, and can be asked for again', () => {
  const log = new RoomLog(3);
  log.position('e', 0);
  log.hasBeginning = true;

  log.add([1, 2, 3, 4].map((x) => publication(x)));

  expect(offsets(log)).toEqual([2, 3, 4]);
  expect(log.hasBeginning).toBe(false);
});

test('room log: it is full where more of what was said before would push itself out', () => {
  const log = new RoomLog(3);
  log.position('e', 0);
  log.add([publication(4), publication(5)]);
  expect(log.isFull).toBe(false);

  log.add([publication(2), publication(3)]);

  expect(offsets(log)).toEqual([3, 4, 5]);
  expect(log.isFull).toBe(true);
});

test('room log: its bound is one on all epochs together, the oldest of which goes first', () => {
  const log = new RoomLog(3);
  for (const epoch of ['e', 'f', 'g', 'h', 'i']) {
    log.position(epoch, 0);
    log.add([publication(1), publication(2)]);
  }

  expect(log.stretches.map((x) => [x.epoch, x.publications.length])).toEqual([
    ['h', 1],
    ['i', 2],
  ]);
});

test('room log: long messages count by their length, and the newest always stays', () => {
  const log = new RoomLog(100, 100, 1_000);
  const long = (offset: number) => ({ ...publication(offset), text: 'x'.repeat(400) });
  log.position('e', 0);

  log.add([long(1), long(2), long(3)]);
  expect(offsets(log)).toEqual([2, 3]);
  log.add([{ ...publication(4), text: 'x'.repeat(2_000) }]);
  expect(offsets(log)).toEqual([4]);
  log.add([publication(5)]);
  expect(offsets(log)).toEqual([5]);
});

test('room log: while nobody looks it keeps less, and has space again afterwards', () => {
  const log = new RoomLog(100, 2);
  log.position('e', 0);
  log.add([1, 2, 3, 4].map((x) => publication(x)));

  log.bound(true);
  expect(offsets(log)).toEqual([3, 4]);
  log.add([publication(5)]);
  expect(offsets(log)).toEqual([4, 5]);
  expect(log.top).toBe(5);
  log.bound(false);

  expect(log.isFull).toBe(false);
  expect(log.hasBeginning).toBe(false);
});

test('room log: while nobody looks it keeps fewer characters, too', () => {
  const log = new RoomLog(100, 100, 1_600);
  log.position('e', 0);
  log.add([1, 2, 3].map((x) => ({ ...publication(x), text: 'x'.repeat(60) })));
  expect(offsets(log)).toEqual([1, 2, 3]);

  log.bound(true);

  expect(offsets(log)).toEqual([3]);
});
