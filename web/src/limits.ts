import type { Typed } from './typed';

/// What this server takes, so that nobody has to find out (`salon.limits`).
export interface Limits {
  message: number; // bytes of a whole command
  name: number; // bytes of somebody's name
  room: number; // bytes of a room's name
  historyPage: number; // publications
}

export const usualLimits: Limits = { message: 65_536, name: 64, room: 255, historyPage: 300 };

/// The longest name of a room that any server can be told to take.
export const roomNameBytesMax = 4_096;

// What stands around a message's text in a command, with a number and a key of any length in use.
const around = 160;

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/// How many bytes of the limit sending a message to `room` takes.
export function bytesToSend(room: string, { text, isAction }: Typed): number {
  const mark = isAction ? bytesOf('"action":true,') : 0;
  return around + mark + bytesOf(JSON.stringify(room)) + bytesOf(JSON.stringify(text));
}

/// How full a message is: what to show, from four fifths on.
export function fullness(
  room: string,
  typed: Typed,
  limits: Limits,
): { left: number; isOver: boolean; isNear: boolean } {
  // A character has at least a byte, so short ones need no counting.
  const bytes = typed.text.length * 6 < limits.message / 2 ? 0 : bytesToSend(room, typed);
  const left = limits.message - bytes;
  return { left, isOver: left < 0, isNear: bytes > limits.message * 0.8 };
}

/// What is wrong with a room's name; empty if nothing is.
export function roomObjection(name: string, limits: Limits): string {
  if (!name) return 'A room needs a name.';
  if (!/^[\x21-\x7e]+$/.test(name))
    return 'Use letters without accents, digits and signs, no spaces.';
  if (/[/*&]/.test(name)) return 'A name has no / and no * and no &.';
  if (name.startsWith('$')) return 'Rooms that begin with $ are private.';
  if (name.length > limits.room) return `A name has at most ${limits.room} characters.`;
  return '';
}

/// What is wrong with somebody's name; empty if nothing is.
export function nameObjection(name: string, limits: Limits): string {
  if (!name) return 'What should the others call you?';
  if (bytesOf(name) > limits.name) return 'This name is too long.';
  return '';
}
