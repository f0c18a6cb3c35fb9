import { useEffect, useReducer } from 'preact/hooks';

import type { Watched } from '../watched';

/// Draws the component again whenever `what` has changed.
export function useWatched(what: Watched): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => what.watch(() => draw(undefined)), [what]);
}
