import type { JSX } from 'preact';

import { colourOf, initialOf } from '../colours';

/// Somebody's circle.
export function Face({ name }: { name: string }): JSX.Element {
  return (
    <span class={`face colour-${colourOf(name)}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}
