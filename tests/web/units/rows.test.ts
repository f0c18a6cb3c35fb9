import { expect, test } from 'vitest';

import type { Publication } from '../../../web/src/publication';
import { RoomLog } from '../../../web/src/room_log';
import { rowsOf, type Row, type RowsOf } from '../../../web/src/rows';

const noon = new Date(2024, 5, 1, 12).getTime();
const minute = 60_000;

function said(
  offset: number,
  name: string,
  time: number | null,
  key: string | null = null,
): Publication {
  return { offset, key, time, text: `${offset}`, isAction: false, author: { client: name, name } };
}

function rows(publications: Publication[], more: Partial<RowsOf> = {}): Row[] {
  const log = new RoomLog();
  log.position('e', 0);
  log.add(publications);
  return rowsOf({ log, outgoing: [], unreadAfter: 0, isMine: () => false, ...more });
}

const kinds = (all: Row[]) => all.slice(1).map((x) => x.kind);
const heads = (all: Row[]) => all.flatMap((x) => ('isHead' in x ? [x.isHead] : []));

test('rows: what one person says in a row stands together for five minutes', () => {
  const all = rows([
    said(1, 'Ana', noon),
    said(2, 'Ana', noon + 4 * minute),
    said(3, 'Ana', noon + 6 * minute),
    said(4, 'Bob', noon + 6 * minute),
  ]);

  expect(heads(all)).toEqual([true, false, true, true]);
});

test('rows: each day is named once, and time does not run backwards', () => {
  const all = rows([
    said(1, 'Ana', noon),
    said(2, 'Bob', noon + 1440 * minute),
    said(3, 'Ana', noon),
    said(4, 'Bob', null),
  ]);

  expect(kinds(all)).toEqual(['day', 'message', 'day', 'message', 'message', 'message']);
});

test('rows: a hole in the offsets is a gap, at the beginning there is only more', () => {
  const all = rows([said(5, 'Ana', null), said(9, 'Ana', null)]);

  expect(kinds(all)).toEqual(['message', 'gap', 'message']);
  expect(all[2]).toMatchObject({ from: 6, to: 8, isLost: false });
  expect(heads(all)).toEqual([true, true]);
  expect(all[0]).toMatchObject({ isBeginning: false });
  expect(rows([said(1, 'Ana', null)])[0]).toMatchObject({ isBeginning: true });
});

test('rows: the mark stands before the first that was not read, unless it is mine', () => {
  const publications = [said(1, 'Ana', null), said(2, 'Bob', null)];

  expect(kinds(rows(publications, { unreadAfter: 1 }))).toEqual(['message', 'unread', 'message']);
  expect(kinds(rows(publications, { unreadAfter: 1, isMine: () => true }))).toEqual([
    'message',
    'message',
  ]);
});

test('rows: what is under way stands at the end until the room has it, under the same key', () => {
  const message = { key: 'k', text: 'hi', isAction: false, time: noon, state: 'sending' as const, reason: '' };
  const before = rows([said(1, 'Ana', noon)], { outgoing: [message] });
  const after = rows([said(1, 'Ana', noon), said(2, 'Me', noon, 'k')], { outgoing: [message] });

  expect(kinds(before)).toEqual(['day', 'message', 'outgoing']);
  expect(kinds(after)).toEqual(['day', 'message', 'message']);
  expect(after.at(-1)!.key).toBe(before.at(-1)!.key);
});

test('rows: a repeated key is shown once and leaves no gap', () => {
  const all = rows([said(1, 'Ana', null, 'k'), said(2, 'Ana', null, 'k'), said(3, 'Ana', null)]);

  expect(kinds(all)).toEqual(['message', 'message']);
});

test('rows: no two have the same key', () => {
  const all = rows(
    [
      said(1, 'Ana', noon, 'unread'),
      said(2, 'Bob', noon, '__proto__'),
      said(9, 'Bob', noon + 1440 * minute),
    ],
    { unreadAfter: 1 },
  );

  expect(new Set(all.map((x) => x.key)).size).toBe(all.length);
});

test('rows: what somebody does stands alone between what they say', () => {
  const action = { ...said(2, 'Ana', noon), isAction: true };
  const all = rows([said(1, 'Ana', noon), action, said(3, 'Ana', noon), said(4, 'Ana', noon)]);

  expect(heads(all)).toEqual([true, false, true, false]);
});
