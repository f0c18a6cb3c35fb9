import { expect, test } from 'vitest';

import { Herald } from '../../../web/src/herald';

// A herald whose rest is ended by hand.
function heard() {
  const told: string[] = [];
  const rests: (() => void)[] = [];
  const herald = new Herald((sentence) => told.push(sentence), 1, (then) => rests.push(then));
  return { herald, told, endRest: () => rests.shift()?.() };
}

test('herald: one message is told at once, of many how many, and the last', () => {
  const { herald, told, endRest } = heard();

  for (const said of ['Ana: 1', 'Ana: 2', 'Bob: 3']) herald.hear(said);
  expect(told).toEqual(['Ana: 1']);
  endRest();
  expect(told).toEqual(['Ana: 1', '2 messages, the last: Bob: 3']);

  endRest();
  herald.hear('Ana: 4');
  expect(told.at(-1)).toBe('Ana: 4');
});

test('herald: who goes to another room hears no more of the one before', () => {
  const { herald, told, endRest } = heard();
  for (const said of ['Ana: 1', 'Ana: 2']) herald.hear(said);

  herald.forget();
  endRest();

  expect(told).toEqual(['Ana: 1', '']);
});
