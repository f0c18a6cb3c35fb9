// A conversation to look at.
import { connected, subscribed } from '../../sdk/support/clients.mjs';
import { Person } from './browser.mjs';

const yesterday = 86_400_000;
const minute = 60_000;

// Who, what, and how long ago.
const talk = [
  ['Bob', 'The new projector is in room 2. It needs the long cable from the shelf.', yesterday],
  ['Bob', 'And please switch it off afterwards, the lamp is expensive.', yesterday - minute],
  ['Chidi', 'Thanks! I will bring the slides on a stick.', yesterday - 3 * minute],
  ['Dora', 'Good morning all!', 50 * minute],
  ['Chidi', 'Morning! Is somebody taking notes today?', 48 * minute],
  ['Dora', 'I can. Same page as last week: https://example.org/notes/weekly', 47 * minute],
  ['Ева', 'Спасибо, Дора!', 45 * minute],
  ['Bob', 'I will be five minutes late, start without me.', 12 * minute],
  ['Chidi', '/me makes tea', 11 * minute],
  ['نور', 'لا مشكلة، سننتظر', 10 * minute],
];

/// Some people talk in `room`, others listen elsewhere, and Ana looks at the page. Ends with Ana.
export async function scene(t, browser, server, { room = 'standup', ...options } = {}) {
  const people = new Map();
  for (const name of new Set(talk.map(([who]) => who))) {
    const client = await connected(t, server.url, name);
    await subscribed(client, room, { joinLeave: true });
    people.set(name, client);
  }
  for (const elsewhere of ['garden', 'lunch', 'music'])
    await subscribed(people.get('Bob'), elsewhere, { joinLeave: true });
  const now = Date.now();
  for (const [who, said, ago] of talk) {
    const [text, action] = said.startsWith('/me ') ? [said.slice(4), true] : [said, undefined];
    await people.get(who).publish(room, { text, action, time: now - ago });
  }
  const ana = await Person.enter(t, browser, server, 'Ana', { room: 'lunch', ...options });
  await ana.page.goto(ana.address.replace('lunch', room));
  await ana.isIn(room);
  await ana.sees('لا مشكلة، سننتظر');
  await ana.say('All set, the link to the call is in the notes.');
  await (
    await ana.sees('All set, the link to the call is in the notes.')
  )
    .getByTitle('Stored')
    .waitFor();
  await people.get('Chidi').publish('lunch', { text: 'Soup or pasta?' });
  await people.get('Dora').rpc('salon.typing', { room });
  await ana.page.locator('.typing').filter({ hasText: 'Dora' }).waitFor();
  await ana.page.locator('.side .badge').first().waitFor();
  return ana;
}
