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
let saved = '';

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
  const text = JSON.stringify(settings);
  if (text === saved) return;
  saved = text;
  try {
    keeping.setItem(place, text);
  } catch {
    // full, or not allowed
  }
}

function isKeptRoom(x: unknown): x is KeptRoom {
  const { room, epoch, read } = (x ?? {}) as Partial<KeptRoom>;
  return typeof room === 'string' && typeof epoch === 'string' && typeof read === 'number';
}
