// Many people at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare, connected, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor({ before, after });
const size = 50;
const lines = 20;

const crowd = (t) =>
  Promise.all([...Array(size).keys()].map((i) => connected(t, here.server.url, `p${i}`)));

// That all `inboxes` have the same publications in the same order, without a gap; each person's own
// in the order it said them.
function sameStory(inboxes, people) {
  const story = inboxes[0].all.map((x) => `${x.offset} ${x.data.who} ${x.data.i}`);
  for (const inbox of inboxes)
    assert.deepEqual(inbox.all.map((x) => `${x.offset} ${x.data.who} ${x.data.i}`), story);
  assert.deepEqual(inboxes[0].all.map((x) => x.offset), story.map((_, i) => i + 1));
  for (const who of people) {
    const own = inboxes[0].all.filter((x) => x.data.who === who).map((x) => x.data.i);
    assert.deepEqual(own, [...Array(lines).keys()]);
  }
}

test('crowd: 50 people who all talk at once hear the same story', async (t) => {
  const people = await crowd(t);
  const seats = await Promise.all(people.map((x) => subscribed(x, 'crowd')));

  await Promise.all(
    people.flatMap((person, who) =>
      [...Array(lines).keys()].map((i) => person.publish('crowd', { who, i })),
    ),
  );

  await Promise.all(seats.map((x) => x.publications.reaches(size * lines)));
  sameStory(seats.map((x) => x.publications), [...Array(size).keys()]);
  assert.deepEqual(await people[0].presenceStats('crowd'), { numClients: size, numUsers: 1 });
  assert.equal(Object.keys((await people[0].presence('crowd')).clients).length, size);
});

test('crowd: who answers what it hears hears the same story as the others', async (t) => {
  const people = await crowd(t);
  const seats = await Promise.all(people.map((x) => subscribed(x, 'replies')));
  const said = Array(size).fill(1);
  const all = [];
  // Each says its next line when it hears its neighbour's.
  for (const [who, seat] of seats.entries())
    seat.on('publication', ({ data }) => {
      if (data.who === (who + 1) % size && said[who] < lines)
        all.push(people[who].publish('replies', { who, i: said[who]++ }));
    });
  all.push(...people.map((x, who) => x.publish('replies', { who, i: 0 })));

  await Promise.all(seats.map((x) => x.publications.reaches(size * lines, 30_000)));
  await Promise.all(all);
  sameStory(seats.map((x) => x.publications), [...Array(size).keys()]);
});

test('crowd: people who come and go miss nothing of what is said meanwhile', async (t) => {
  const people = await crowd(t);
  const host = await connected(t, here.server.url, 'host');
  const all = await subscribed(host, 'street', { joinLeave: true });
  let said = 0;
  let isOver = false;
  const talk = (async () => {
    while (!isOver) await host.publish('street', ++said);
  })();

  const walks = people.map(async (person) => {
    const seat = await subscribed(person, 'street');
    const first = seat.entered.streamPosition.offset + 1;
    await seat.publications.reaches(20);
    const got = seat.publications.all.map((x) => x.data);
    assert.deepEqual(got, got.map((_, i) => first + i));
    seat.unsubscribe();
    person.disconnect();
  });
  await Promise.all(walks);
  isOver = true;
  await talk;

  await all.people.reaches(1 + 2 * size);
  assert.equal(all.people.all.filter((x) => x.event === 'leave').length, size);
  await all.publications.reaches(said);
  const heard = all.publications.all.map((x) => x.data);
  assert.deepEqual(heard, heard.map((_, i) => i + 1));
  assert.equal(heard.length, said);
  assert.deepEqual(await host.presenceStats('street'), { numClients: 1, numUsers: 1 });
});

test('crowd: bare clients, text clients and SDK clients hear the same story', async (t) => {
  const sdk = await connected(t, here.server.url, 'sdk');
  const seat = await subscribed(sdk, 'babel');
  const bare = await Bare.open(t, here.server.url);
  await bare.hello();
  await bare.ask({ id: 2, subscribe: { channel: 'babel' } });
  const text = await Bare.open(t, here.server.textUrl({ room: 'babel' }));
  await text.lines.next();
  const count = 300;

  const said = [];
  for (let i = 0; i < count; ++i) {
    text.send(`text ${i}`);
    bare.send({ id: i + 3, publish: { channel: 'babel', data: { text: `bare ${i}` } } });
    said.push(sdk.publish('babel', { text: `sdk ${i}` }));
  }
  await Promise.all(said);

  await seat.publications.reaches(3 * count);
  const story = seat.publications.all.map((x) => x.data.text);
  assert.deepEqual(await text.lines.take(3 * count), story);
  const heard = [];
  while (heard.length < 3 * count) {
    const { push } = JSON.parse(await bare.lines.next());
    if (push) heard.push(push.pub.data.text);
  }
  assert.deepEqual(heard, story);
});
