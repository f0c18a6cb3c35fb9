/// The room that an address such as `/#lobby` names; empty if none.
export function roomIn(hash: string): string {
  const text = hash.replace(/^#/, '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hashOf(room: string): string {
  return `#${encodeURIComponent(room).replaceAll('%3A', ':')}`;
}
