import { expect, test, vi } from 'vitest';

import { hashOf, roomIn } from '../../../web/src/address';
import { colourOf, colours, initialOf } from '../../../web/src/colours';
import {
  bytesToSend,
  fullness,
  nameObjection,
  roomObjection,
  usualLimits,
} from '../../../web/src/limits';
import { piecesOf } from '../../../web/src/links';
import { OwnKeys } from '../../../web/src/own_keys';
import { People } from '../../../web/src/people';
import { publicationOf } from '../../../web/src/publication';
import { loadSettings, merged, saveSettings } from '../../../web/src/settings';
import { dayName } from '../../../web/src/times';
import { Throttle, Typists, typingLasts } from '../../../web/src/typists';
import { read } from '../../../web/src/typed';
import { typingLine } from '../../../web/src/words';

test('links: addresses are found, and the sentence around them is not part of them', () => {
  const found = (text: string) => piecesOf(text).flatMap((x) => x.href ?? []);

  expect(found('see https://a.example/b, (http://c.example) and more')).toEqual([
    'https://a.example/b',
    'http://c.example',
  ]);
  expect(found('https://en.example/wiki/Salon_(room).')).toEqual([
    'https://en.example/wiki/Salon_(room)',
  ]);
  expect(
    found('javascript:alert(1) data:text/html,x //a.example ftp://a.example https://'),
  ).toEqual([]);
  expect(found('https://a.example"onclick="x')).toEqual(['https://a.example']);
  expect(found('https://a.example/\u202egpj.exe')).toEqual(['https://a.example/']);
});

test('links: the pieces joined are the text again', () => {
  for (const text of ['', 'a', 'https://a.example', 'a https://b.example/?c=d. e', '\n\n'])
    expect(
      piecesOf(text)
        .map((x) => x.text)
        .join(''),
    ).toBe(text);
});

test('address: a room is the same after its way through the address bar', () => {
  for (const room of ['lobby', 'chat:general', 'a#b', '100%', 'a,b?c=d'])
    expect(roomIn(hashOf(room))).toBe(room);
  expect(roomIn('#100%')).toBe('100%');
  expect(roomIn('')).toBe('');
});

test('limits: what is counted is what is sent', () => {
  const key = 'x'.repeat(36);
  for (const text of ['a'.repeat(1000), 'ä"\n\\\u0001'.repeat(500), '😀'.repeat(300)]) {
    for (const isAction of [false, true]) {
      const message = { text, ...(isAction && { action: true }), time: 1_700_000_000_000 };
      const data = { room: 'den', data: message, key };
      const sent = JSON.stringify({ id: 4_000_000_000, rpc: { method: 'salon.publish', data } });
      const bytes = new TextEncoder().encode(sent).length;
      expect(bytesToSend('den', { text, isAction })).toBeGreaterThanOrEqual(bytes);
      expect(bytesToSend('den', { text, isAction })).toBeLessThan(bytes + 64);
    }
  }
});

test('limits: the counter appears in time', () => {
  const at = (length: number) => fullness('den', read('x'.repeat(length)), usualLimits);

  expect(at(10)).toMatchObject({ isNear: false, isOver: false });
  expect(at(60_000)).toMatchObject({ isNear: true, isOver: false });
  expect(at(65_536)).toMatchObject({ isOver: true });
});

test('limits: names are judged as the server does', () => {
  for (const good of ['a', 'chat:general', 'a#b,c', '~'])
    expect(roomObjection(good, usualLimits)).toBe('');
  for (const bad of ['', 'a b', 'ä', 'a/b', 'a*', 'a&b', '$a', 'x'.repeat(256)])
    expect(roomObjection(bad, usualLimits)).not.toBe('');
  expect(nameObjection('Ева', usualLimits)).toBe('');
  expect(nameObjection('', usualLimits)).not.toBe('');
  expect(nameObjection('ä'.repeat(33), usualLimits)).not.toBe('');
});

test('publication: whatever the data is, it becomes text with an author', () => {
  const info = { client: '5a74c0de', connInfo: { name: 'Ana' } };
  const of = (data: unknown) => publicationOf({ data, info, offset: 3 }, 1_000_000, true);

  expect(of({ text: 'hi', time: 900_000 })).toMatchObject({ text: 'hi', time: 900_000, offset: 3 });
  expect(of({ text: 'hi', time: 1_030_000 })).toMatchObject({ time: 1_000_000 });
  expect(of({ text: 'hi', time: 9e15 })).toMatchObject({ time: 1_000_000 });
  expect(of({ text: 'waves', action: true })).toMatchObject({ text: 'waves', isAction: true });
  expect(of({ text: 'hi', action: 'true' })).toMatchObject({ isAction: false });
  expect(of({ text: 5, action: true })).toMatchObject({ isAction: false });
  expect(of({ text: 5 })).toMatchObject({ text: '{"text":5}' });
  expect(of(null)).toMatchObject({ text: 'null' });
  expect(of(undefined)).toMatchObject({ text: '' });
  expect(publicationOf({ data: {} }, 0, false)).toMatchObject({
    author: { name: 'Server' },
    time: null,
  });
  expect(publicationOf({ data: {}, info: { client: '5a74c0de' } }, 0, true).author.name).toBe(
    'Guest 5a74',
  );
});

test('typists: who says so is typing for a while, or until they say something', () => {
  const typists = new Typists();
  typists.typing('1', 'Ana', 0);
  typists.typing('2', 'Bob', 1_000);
  expect(typists.names).toEqual(['Ana', 'Bob']);

  expect(typists.expire(typingLasts)).toBe(true);
  expect(typists.names).toEqual(['Bob']);
  expect(typists.stopped('2')).toBe(true);
  expect(typists.names).toEqual([]);
});

test('throttle: lets one through in each interval, and the next at once after a reset', () => {
  const throttle = new Throttle(3_000);

  expect([0, 10, 2_999, 3_000, 4_000].map((now) => throttle.allows(now))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  throttle.reset();
  expect(throttle.allows(4_001)).toBe(true);
});

test('words: who is typing fits a line', () => {
  expect(typingLine([])).toBe('');
  expect(typingLine(['Ana'])).toBe('Ana is typing');
  expect(typingLine(['Ana', 'Bob'])).toBe('Ana and Bob are typing');
  expect(typingLine(['Ana', 'Bob', 'Chidi', 'Dora'])).toBe('Ana, Bob and 2 more are typing');
});

test('people: somebody with two connections is there once, until both are gone', () => {
  const people = new People();
  people.replace([
    { client: '1', name: 'Bob' },
    { client: '2', name: 'Ana' },
  ]);
  people.joined({ client: '3', name: 'Ana' });
  expect(people.all.map((x) => [x.name, x.clients.length])).toEqual([
    ['Ana', 2],
    ['Bob', 1],
  ]);

  people.left('2');
  expect(people.all.map((x) => x.name)).toEqual(['Ana', 'Bob']);
  people.left('3');
  expect(people.all.map((x) => x.name)).toEqual(['Bob']);
});

test('settings: what was kept is found again, and what cannot be read is nothing', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (x: string) => kept.get(x) ?? null,
    setItem: (x: string, y: string) => void kept.set(x, y),
  };
  const settings = { name: 'Ana', rooms: [{ room: 'den', epoch: 'e', read: 3 }] };

  saveSettings(settings, storage);
  expect(loadSettings(storage)).toEqual(settings);
  kept.set('salon', '{"name":5,"rooms":[null,{"room":1}]}');
  expect(loadSettings(storage)).toEqual({ name: '', rooms: [] });
  kept.set('salon', 'not JSON');
  expect(loadSettings(storage)).toEqual({ name: '', rooms: [] });
  const full = {
    setItem: () => {
      throw new Error('full');
    },
  };
  expect(() => saveSettings(settings, full)).not.toThrow();
});

test('settings: tabs keep each other\'s rooms, and what was read in one was read', () => {
  const kept = (room: string, read: number, epoch = 'e') => ({ room, epoch, read });
  const mine = [kept('den', 3), kept('hall', 9), kept('attic', 1, 'new')];
  const others = [kept('den', 7), kept('hall', 2), kept('attic', 5), kept('yard', 4), kept('shed', 1)];

  expect(merged(mine, others, new Set(['shed', 'den']))).toEqual([
    kept('den', 7),
    kept('hall', 9),
    kept('attic', 1, 'new'),
    kept('yard', 4),
  ]);
});

test('own keys: the latest are known, also at the next visit', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (x: string) => kept.get(x) ?? null,
    setItem: (x: string, y: string) => void kept.set(x, y),
  };
  const keys = new OwnKeys(2, storage);
  for (const key of ['a', 'b', 'c']) keys.add(key);

  const later = new OwnKeys(2, storage);

  expect(['a', 'b', 'c'].map((x) => later.has(x))).toEqual([false, true, true]);
  keys.add('e');
  later.refresh();
  expect(later.has('e')).toBe(true); // written in another tab
  kept.set('salon.keys', '{"a":1}');
  expect(new OwnKeys(2, storage).has('a')).toBe(false);
});

test('times: days are called as people call them', () => {
  const now = new Date(2024, 5, 10, 0, 30).getTime();

  expect(dayName(now - 60_000, now)).toBe('Today');
  expect(dayName(now - 60 * 60_000, now)).toBe('Yesterday');
  expect(dayName(new Date(2022, 1, 3).getTime(), now)).toContain('2022');
});

test('colours: a name has one, and a first letter', () => {
  expect(colourOf('Ana')).toBe(colourOf('Ana'));
  for (const name of ['', 'Ana', 'Ева', '😀']) expect(colourOf(name)).toBeLessThan(colours);
  expect(initialOf('ana')).toBe('A');
  expect(initialOf('😀x')).toBe('😀');
  expect(initialOf('  ')).toBe('?');
});

test('typed: only /me means something, other slashes are text', () => {
  expect(read('  /me waves \n')).toEqual({ text: 'waves', isAction: true });
  expect(read('/me  a\nb')).toEqual({ text: 'a\nb', isAction: true });
  for (const plain of ['/me', '/mean', '/join x', '//me x', 'a /me b', '/'])
    expect(read(` ${plain} `)).toEqual({ text: plain, isAction: false });
});

test('keeping: a browser that does not allow it keeps nothing', () => {
  vi.stubGlobal('localStorage', undefined);
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new Error('not allowed');
    },
  });

  expect(loadSettings()).toEqual({ name: '', rooms: [] });
  expect(() => saveSettings({ name: 'Eva', rooms: [] })).not.toThrow();
  const keys = new OwnKeys();
  keys.add('a');
  expect(keys.has('a')).toBe(true);

  vi.unstubAllGlobals();
});
