import { keepingFor, type Keeping } from './keeping';

/// A room that one is in, and up to where one has read it.
export interface KeptRoom {
  room: string;
  epoch: string;
  read: number;
}

export interface Settings {
  name: string;
  rooms: KeptRoom[];
}

const place = 'salon';

/// What this browser keeps; as on the first visit if that cannot be read.
export function loadSettings(keeping: Pick<Keeping, 'getItem'> = keepingFor('good')): Settings {
  try {
    const kept = JSON.parse(keeping.getItem(place) ?? '{}') as Partial<Settings>;
    return {
      name: typeof kept.name === 'string' ? kept.name : '',
      rooms: Array.isArray(kept.rooms) ? kept.rooms.filter(isKeptRoom) : [],
    };
  } catch {
    return { name: '', rooms: [] };
  }
}

/// A browser that keeps nothing asks again at the next visit.
export function saveSettings(
  settings: Settings,
  keeping: Pick<Keeping, 'setItem'> = keepingFor('good'),
): void {
  try {
    keeping.setItem(place, JSON.stringify(settings));
  } catch {
    // full, or not allowed
  }
}

/// The rooms of this tab, beside those that other tabs have entered and this one has not `left`.
/// What was read in one tab was read.
export function merged(mine: KeptRoom[], kept: KeptRoom[], left: Set<string>): KeptRoom[] {
  const byName = new Map(kept.map((x) => [x.room, x]));
  const names = new Set(mine.map(({ room }) => room));
  const others = kept.filter(({ room }) => !names.has(room) && !left.has(room));
  const here = mine.map((x) => {
    const there = byName.get(x.room);
    return there?.epoch === x.epoch && there.read > x.read ? there : x;
  });
  return [...here, ...others];
}

function isKeptRoom(x: unknown): x is KeptRoom {
  const { room, epoch, read } = (x ?? {}) as Partial<KeptRoom>;
  return typeof room === 'string' && typeof epoch === 'string' && typeof read === 'number';
}
