/// What somebody wrote, as it is to be sent.
export interface Typed {
  text: string;
  isAction: boolean; // `/me waves`: what they do
}

/// Reads what is in the composer. Only `/me` means something; what else begins with a slash is text.
export function read(written: string): Typed {
  const text = written.trim();
  const action = /^\/me\s+(.+)$/s.exec(text);
  return action ? { text: action[1]!, isAction: true } : { text, isAction: false };
}
