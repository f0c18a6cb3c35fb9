// Publishers never stop while the server is killed again and again; then everything that anybody
// saw is held against the log. `node run.mjs --help` lists the options. Ends with 0 when nothing was
// lost, doubled, swapped or made up, 1 when something was, 2 when the run itself went wrong.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { within } from '../sdk/support/inbox.mjs';
import { Server } from '../sdk/support/server.mjs';
import { Chance } from './support/chance.mjs';
import { Guest } from './support/guest.mjs';
import { SdkMember, TextMember } from './support/members.mjs';
import { Notebook } from './support/notebook.mjs';
import { freePort } from './support/ports.mjs';
import { salonUnderTest } from './support/programs.mjs';
import { Publisher, idsOf } from './support/publisher.mjs';
import { verdictOn } from './support/verdict.mjs';

const { values: wanted } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '20' },
    'up-max': { type: 'string', default: '4000' }, // ms until the next kill, at most
    durability: { type: 'string', default: 'process' },
    'history-size': { type: 'string', default: '1000000' },
    'recovery-limit': { type: 'string', default: '10000' },
    faults: { type: 'string', default: '0' }, // of the disk, between kills; of salon_under_test
    fault: { type: 'string', multiple: true }, // only these
    mutant: { type: 'string', default: '' }, // of salon_under_test
    pause: { type: 'string', default: '20' }, // ms between a publisher's publishes, at most
    tries: { type: 'string', default: '1' }, // runs with the next seeds, until one has complaints
  },
});
if (wanted.help) {
  console.log('options: --' + Object.keys(wanted).join(', --'));
  process.exit(0);
}

const number = (name) => Number(wanted[name]);
if (number('tries') > 1) {
  let status = 0;
  for (let i = 0; i < number('tries') && status === 0; ++i) {
    const again = [...process.argv.slice(1), '--tries', '1', '--seed', String(number('seed') + i)];
    status = spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 2;
  }
  process.exit(status);
}
const fate = new Chance(number('seed')); // the same disasters
const chance = new Chance(number('seed') + 1); // and what people do, which depends on time, too
const book = new Notebook();
const folder = mkdtempSync(join(tmpdir(), 'salon-crash-'));
const store = join(folder, 'rooms.db');
const rooms = ['hall', 'annex'];
let isOver = false;
let guests = 0;
const underTest = wanted.durability === 'disk' || wanted.mutant !== '' || number('faults') > 0;

const port = await freePort();

function start() {
  const options = {
    port,
    'store.path': store,
    'store.retry_interval': '200ms',
    'defaults.durability': wanted.durability,
    'defaults.history_size': wanted['history-size'],
    'defaults.history_bytes_max': '256MiB',
    'client.recovery_max_publication_limit': wanted['recovery-limit'],
  };
  if (!underTest) return Server.start(options);
  const environment = { UNDER_TEST_MUTANT: wanted.mutant };
  return Server.start(options, { path: salonUnderTest, environment });
}

async function until(what, holds) {
  const end = Date.now() + 30_000;
  while (!holds() && Date.now() < end) await sleep(20);
  if (!holds()) book.complain(`waited 30 s until ${what}`);
}

// What is going to happen: kills and faults of the disk, in any order. Some faults are fatal.
function plan() {
  const kills = Array.from({ length: number('kills') }, () => ({ isFatal: true }));
  const faults = Array.from({ length: number('faults') }, () => ({
    fault: fate.pick(wanted.fault ?? ['fail write', 'fail sync', 'report sync', 'fill']),
    lasts: fate.between(20, 300),
    // The disk under test forgets what was not synced, which only rooms on it survive.
    isFatal: fate.between(0, 1) < 0.4 && wanted.durability === 'disk',
  }));
  return fate
    .shuffled([...kills, ...faults])
    .map((x) => ({ ...x, after: fate.between(100, number('up-max')) }));
}

// Does it, and returns the server that runs then.
async function strike(server, { after, fault, lasts, isFatal }) {
  await sleep(after);
  if (fault) {
    book.count(fault);
    server.order(fault);
    await sleep(lasts);
  }
  if (isFatal) {
    book.count('kill');
    server.signal('SIGKILL');
    await server.ended;
    return start();
  }
  server.order('mend');
  const before = book.counts.acknowledged ?? 0;
  await until('publishes are acknowledged again', () => book.counts.acknowledged > before + 20);
  return server;
}

// Guests come in from somewhere far back, so that the log is read for them while others publish.
async function receiveGuests(url, host) {
  while (!isOver) {
    const { epoch, offset } = host.position('hall');
    const since = { epoch, offset: Math.max(0, offset - Math.floor(chance.between(0, 3000))) };
    const guest = new Guest(book, `guest-${++guests}`, url, 'hall', since);
    await within(guest.settled, 'a guest to come in');
    await sleep(chance.between(20, 200));
    guest.leave();
  }
}

async function play() {
  let server = await start();
  const url = server.url;
  const pause = number('pause');
  const text = (room, name) => server.textUrl({ room, name });
  const members = [
    new SdkMember(book, 'ana', url, rooms),
    new SdkMember(book, 'ben', url, rooms),
    new SdkMember(book, 'cyn', url, ['hall']),
    new TextMember(book, 'tim', text('hall', 'tim'), 'hall', { chance, pause }),
    new TextMember(book, 'uma', text('annex', 'uma'), 'annex', {
      chance,
      lines: idsOf('uma'),
      pause,
    }),
  ];
  const publishers = [
    new Publisher(book, 'pia', url, rooms, { chance, keys: false, pause }),
    new Publisher(book, 'kay', url, rooms, { chance, keys: true, pause }),
    new Publisher(book, 'kim', url, rooms, { chance, keys: true, pause }),
  ];
  await until('all are in', () => members.every((x) => x.isIn));

  const visits = [1, 2, 3, 4].map(() => receiveGuests(url, members[0]));
  for (const disaster of plan()) server = await strike(server, disaster);
  isOver = true;
  await Promise.all(visits);
  await until('all are back', () => members.every((x) => x.isIn));
  members.at(-1).fallSilent();
  await within(Promise.all(publishers.map((x) => x.stop())), 'the last answers', 30_000);
  for (const room of rooms) await publishers[1].publishOnce(room, `end-${room}`);
  const heardAll = (x) => (x.room ? [x.room] : x.rooms).every((room) => x.heard.has(`end-${room}`));
  await until('all have heard the end', () => members.every(heardAll));
  book.isClosed = true;
  for (const each of [...members, ...publishers]) each.leave();
  await server.stop();
}

// A run that met none of what it is about proves nothing.
function expectToHaveMet(what) {
  if (!book.counts[what]) book.wrong.push(`the run met nothing of this: ${what}`);
}

function judge() {
  if (number('kills') > 0) ['recovered', 'repeated'].forEach(expectToHaveMet);
  if (number('faults') > 0) expectToHaveMet('refused');
  if (Math.min(number('history-size'), number('recovery-limit')) < 1000)
    expectToHaveMet('not recovered');

  const promise = { recovered: wanted['recovery-limit'], kept: wanted['history-size'] };
  const verdict = verdictOn(book, store, folder, promise);
  console.log(verdict.checked);
  return verdict;
}

console.log(`seed ${wanted.seed}, ${folder}`);
try {
  await play();
  const verdict = judge();
  console.log(JSON.stringify(book.counts));
  for (const sentence of book.wrong) console.log(sentence);
  process.stdout.write(verdict.text);
  const isRight = verdict.status === 0 && book.wrong.length === 0;
  // What shows a fault that nobody built in is kept.
  if (isRight || wanted.mutant !== '') rmSync(folder, { recursive: true });
  process.exit(isRight ? 0 : verdict.status || 1);
} catch (error) {
  console.log(error);
  process.exit(2);
}
