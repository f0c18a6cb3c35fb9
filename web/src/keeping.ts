/// What a browser keeps for this page.
export type Keeping = Pick<Storage, 'getItem' | 'setItem'>;

const nothing: Keeping = { getItem: () => null, setItem: () => {} };

/// Where to keep something for good, or for as long as the tab is open, also over a reload. Browsers
/// that do not allow it, as in some private windows, keep nothing: the page forgets with the tab.
export function keepingFor(time: 'good' | 'tab'): Keeping {
  try {
    return time === 'good' ? globalThis.localStorage : globalThis.sessionStorage;
  } catch {
    return nothing;
  }
}
