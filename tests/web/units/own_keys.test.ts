import { expect, test } from 'vitest';

import { OwnKeys } from '../../../web/src/own_keys';

// What tabs of one browser keep: each sees what it last read, until it is told of a change.
class Browser {
  kept: string | null = null;
  constructor(readonly keysMax = 500) {}
  tab() {
    let seen = this.kept;
    const keeping = {
      getItem: () => seen,
      setItem: (_: string, value: string) => {
        seen = this.kept = value;
      },
    };
    const keys = new OwnKeys(this.keysMax, keeping);
    return {
      keys,
      told: () => {
        seen = this.kept;
        keys.refresh();
      },
    };
  }
}

test('two tabs that write at the same time lose no key', () => {
  const browser = new Browser();
  const one = browser.tab();
  const other = browser.tab();

  one.keys.add('first');
  other.keys.add('second');
  expect(browser.kept).toBe('["second"]');
  one.told();
  other.told();

  const next = browser.tab();
  expect(next.keys.has('first')).toBe(true);
  expect(next.keys.has('second')).toBe(true);
});

test('a tab that is told of what it has written writes nothing', () => {
  const browser = new Browser();
  const one = browser.tab();
  one.keys.add('first');
  browser.kept = '["first","of another"]';

  one.told();

  expect(browser.kept).toBe('["first","of another"]');
  expect(one.keys.has('of another')).toBe(true);
});

test('of two tabs that write at the same time, each keeps the latest of both', () => {
  const browser = new Browser(4);
  const one = browser.tab();
  const other = browser.tab();
  for (const key of ['a', 'b', 'c', 'd']) one.keys.add(key);
  other.told();

  one.keys.add('e');
  other.keys.add('f');
  one.told();
  other.told();
  one.told();

  const next = browser.tab();
  for (const each of [one, other, next])
    expect(['a', 'b', 'c', 'd', 'e', 'f'].filter((key) => each.keys.has(key))).toEqual([
      'c',
      'd',
      'e',
      'f',
    ]);
});

test('a tab that is told again and again forgets none of the latest', () => {
  const browser = new Browser(3);
  const one = browser.tab();
  const other = browser.tab();
  for (const key of ['a', 'b', 'c', 'd']) one.keys.add(key);
  for (let i = 0; i < 5; ++i) {
    one.told();
    other.told();
  }
  one.keys.add('e');
  other.told();

  expect(JSON.parse(browser.kept ?? '')).toEqual(['c', 'd', 'e']);
  for (const each of [one, other])
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => each.keys.has(key))).toEqual(['c', 'd', 'e']);
});
