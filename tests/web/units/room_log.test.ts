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
