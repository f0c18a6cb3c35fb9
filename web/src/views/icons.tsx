import type { JSX } from 'preact';

const shapes = {
  rooms: 'M4 6h16M4 12h16M4 18h16',
  people:
    'M16 19v-1a4 4 0 0 0-8 0v1M12 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM20 19v-1a3 3 0 0 0-3-3M17 5a3 3 0 0 1 0 6',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M5 12h13M12 5l7 7-7 7',
  link: 'M10 14a4 4 0 0 0 6 .5l2.500-2.500a4 4 0 0 0-5.600-5.600L11.500 7.800M14 10a4 4 0 0 0-6-.5L5.500 12a4 4 0 0 0 5.600 5.600l1.400-1.400',
  down: 'M12 5v13M6 12l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  done: 'M5 12.500l4.500 4.500L19 7.500',
  clock: 'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  alert: 'M12 8v5M12 16.500v.010M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
};

/// A small picture; the words stand beside it.
export function Icon({ shape }: { shape: keyof typeof shapes }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  );
}
