/// A piece of a message: plain, or the address of a page.
export interface Piece {
  text: string;
  href: string | null;
}

const address = /\bhttps?:\/\/[^\s<>"'`\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,2000}/giu;

/// Takes a message apart into plain text and addresses; joined they are the message again.
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutSentence(match[0]);
    if (!isAddress(found)) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: found, href: found });
    end = match.index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

// What ends the sentence around an address is no part of it; a bracket that it opens is.
function withoutSentence(found: string): string {
  let end = found.length;
  for (; end > 0; --end) {
    const last = found[end - 1]!;
    const isClosing = last === ')' && !found.slice(0, end).includes('(');
    if (!'.,;:!?*_~'.includes(last) && !isClosing) break;
  }
  return found.slice(0, end);
}

function isAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
