import { expect, test } from 'vitest';

import { OwnKeys } from '../../../web/src/own_keys';

// What tabs of one browser keep: each sees what it last read, until it is told of a change.
class Browser {
  kept: string | null = null;
  tab() {
    let seen = this.kept;
    const keeping = {
      getItem: () => seen,
      setItem: (_: string, value: string) => {
        seen = this.kept = value;
      },
    };
    const keys = new OwnKeys(500, keeping);
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
