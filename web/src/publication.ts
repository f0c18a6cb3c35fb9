import type { Typed } from './typed';

/// Who said something.
export interface Author {
  client: string;
  name: string;
}

/// A message as the room has it.
export interface Publication extends Typed {
  offset: number; // 0 in a room that keeps nothing
  author: Author;
  time: number | null; // milliseconds since 1970; null: nobody knows
  key: string | null; // its sender's, by which it knows its own
}

interface Info {
  client: string;
  connInfo?: unknown;
}

/// What the SDK hands over; only what is used of it.
export interface RawPublication {
  data: unknown;
  info?: Info | undefined;
  offset?: number | undefined;
  tags?: Record<string, string> | undefined;
}

const nobody: Author = { client: '', name: 'Server' };

/// Who somebody is, from what the server says of a connection.
export function authorOf(info: Info | undefined): Author {
  if (!info) return nobody;
  const { name } = asObject(info.connInfo);
  return {
    client: info.client,
    name: typeof name === 'string' && name.trim() ? name : `Guest ${info.client.slice(0, 4)}`,
  };
}

/// The message in a publication: its text, or whatever else it is as JSON. Its time is what its
/// sender said if that can be, else `now`, where it has only just come; null where nobody knows.
export function publicationOf(raw: RawPublication, now: number, isLive: boolean): Publication {
  const { text, time, action } = asObject(raw.data);
  const latest = now + 60_000; // clocks differ a little
  const isTime = typeof time === 'number' && time > 0 && time <= latest;
  return {
    offset: raw.offset ?? 0,
    author: authorOf(raw.info),
    text: typeof text === 'string' ? text : (JSON.stringify(raw.data) ?? ''),
    isAction: action === true && typeof text === 'string',
    time: isTime ? Math.min(time, now) : isLive ? now : null,
    key: raw.tags?.key ?? null,
  };
}

/// Whether a publication only says that somebody is typing.
export function isTyping(raw: RawPublication): boolean {
  return !raw.offset && raw.tags?.kind === 'typing';
}

function asObject(x: unknown): Record<string, unknown> {
  return typeof x === 'object' && x !== null ? (x as Record<string, unknown>) : {};
}
