/// How many colours style.css has for people.
export const colours = 12;

/// The colour of a name: the same wherever it is seen.
export function colourOf(name: string): number {
  let hash = 2_166_136_261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16_777_619);
  return (hash >>> 0) % colours;
}

/// What stands in somebody's circle.
export function initialOf(name: string): string {
  const [first] = name.trim();
  return (first ?? '?').toLocaleUpperCase();
}
