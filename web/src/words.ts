/// What the server refuses, in words for people.

export const joiningDelayed = 'This room cannot be entered just now; it is tried again.';
export const tooLong = 'It is longer than this server takes.';

/// Why a message was not taken.
export function sendingFailed(code: number): string {
  switch (code) {
    case 1:
      return 'The server did not answer in time.';
    case 100:
      return 'The server could not store it just now.';
    case 102:
      return 'There is no such room here.';
    case 103:
      return 'You may not write in this room.';
    case 106:
      return 'The server has no space for another room.';
    case 107:
      return 'The server does not take this message.';
    case 108:
      return 'This server takes no messages that way.';
    case 111:
      return 'Too many messages at once.';
    default:
      return isOffline(code) ? 'The connection was lost.' : `The server refused it (${code}).`;
  }
}

/// Why a room cannot be entered.
export function joiningFailed(code: number): string {
  switch (code) {
    case 102:
      return 'This server has no rooms with such a beginning: try a name without a colon.';
    case 103:
      return 'You may not enter this room.';
    case 106:
      return 'This room is full, or you are in too many rooms.';
    case 107:
      return 'This is no name for a room.';
    default:
      return `This room cannot be entered (${code}).`;
  }
}

/// Why the connection ended for good.
export function disconnected(code: number): string {
  switch (code) {
    case 3:
    case 1009:
      return 'A message was longer than this server takes.';
    case 3500:
    case 3507:
      return 'This server does not let you in.';
    case 3504:
      return 'This server has as many connections as it takes.';
    default:
      return `The connection was closed (${code}).`;
  }
}

/// Whether an error of the SDK's only says that there is no connection.
export function isOffline(code: number): boolean {
  return code === 2 || code === 3 || code === 4 || code === 7 || code === 10 || code === 11;
}

/// Who is typing, as one line; empty if nobody is.
export function typingLine(names: string[]): string {
  if (names.length === 0) return '';
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return `${names[0]}, ${names[1]} and ${names.length - 2} more are typing`;
}

/// A number of things: `1 member`, `2 members`.
export function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`;
}
