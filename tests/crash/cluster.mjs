// Three nodes with one PostgreSQL, and clients of each, of whom publishers never stop, while nodes
// die, hang, are cut off, stopped and started again; then everything that anybody saw is held
// against the log. `node cluster.mjs DISASTER...`; without one it lists them. Ends with 0 when
// nothing was lost, doubled, swapped or made up and clients of living nodes noticed nothing, 1 when
// something was or they did, 2 when the run itself went wrong, 4 when it cannot be made here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { within } from '../sdk/support/inbox.mjs';
import { Chance } from './support/chance.mjs';
import { Cluster } from './support/cluster.mjs';
import { Crowd } from './support/crowd.mjs';
import { disasters, needsNetwork } from './support/disasters.mjs';
import { Network, enterNetwork, lackOfNetwork } from './support/network.mjs';
import { Notebook } from './support/notebook.mjs';
import { salon, salonUnderTest } from './support/programs.mjs';
import { Postgres } from './support/postgres.mjs';
import { Service } from './support/service.mjs';
import { verdictOn } from './support/verdict.mjs';

const { values: wanted, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) }, // of what people do
    rounds: { type: 'string', default: '1' }, // of all disasters
    pause: { type: 'string', default: '100' }, // ms between two publishes, at most
    rooms: { type: 'string', default: '6' },
    mutant: { type: 'string', default: '' }, // of salon_under_test
  },
});
const patience = 30_000;
const recoveredMax = 10_000;
const keptMax = 1_000_000;
const isKnown = names.length > 0 && names.every((x) => x in disasters);
if (!isKnown) {
  console.log(`disasters: ${Object.keys(disasters).join(', ')}`);
  process.exit(2);
}
const networked = names.some(needsNetwork);
const lack = Postgres.lack() || (networked ? lackOfNetwork() : '');
if (lack) {
  console.log(`skipped: ${lack}`);
  process.exit(4);
}
if (networked) enterNetwork();

const rooms = Array.from({ length: Number(wanted.rooms) }, (_, i) => `room-${i + 1}`);
const book = new Notebook();
const folder = mkdtempSync(join(tmpdir(), 'salon-crash-'));
const table = [];

async function until(what, holds) {
  const end = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s until ${what}`);
    await sleep(50);
  }
}

async function makeScene() {
  const network = networked ? new Network(3) : undefined;
  const database = new Postgres(network?.address);
  await database.start();
  const settings = {
    'defaults.history_size': keptMax,
    'defaults.history_bytes_max': '256MiB',
    'client.recovery_max_publication_limit': recoveredMax,
  };
  const environment = { XDG_STATE_HOME: folder, UNDER_TEST_MUTANT: wanted.mutant };
  const path = wanted.mutant === '' ? salon : salonUnderTest;
  const program = { path, environment };
  const cluster = await Cluster.start({ folder, database, settings, program, network });
  const chance = new Chance(Number(wanted.seed));
  const service = new Service(book, (who) => crowd.nodeOf(who));
  const crowd = new Crowd(book, cluster, rooms, { chance, pause: Number(wanted.pause) });
  const scene = { network, database, cluster, crowd, service, rooms, book, until, strike };
  await until('all nodes see each other', () => cluster.isWhole());
  await until('all are in', () => crowd.isIn);
  const everywhere = cluster.nodes.map((x) => x.name);
  await until('all rooms are served', () => service.isThere(rooms, everywhere, 0));
  return scene;

  // Lets something happen to a node, or to none of them, and judges what clients of the others
  // noticed. `affected` are the rooms for which there may have been a pause.
  async function strike(title, node, affected, happen) {
    if (affected.length === 0) throw new Error(`${title}: no room is concerned`);
    const living = everywhere.filter((x) => x !== node?.name);
    await until(`before ${title} all know of each other`, () => crowd.knowsWhoIsThere());
    const begin = service.now();
    const spectators = crowd.lookOn(node?.name);
    const haveLeft = () => spectators.notTold().length === 0;
    await happen(living, () => until(`those of ${node.name} have left`, haveLeft));
    const end = service.now();
    await until(`after ${title} all nodes see each other`, () => cluster.isWhole());
    await until(`after ${title} all are in`, () => crowd.isIn);
    await until(`after ${title} all rooms are served`, () =>
      service.isThere(rooms, everywhere, end),
    );
    await until(`after ${title} everybody knows who has left`, haveLeft);
    spectators.judge(title);
    const pause = (service.longestPause(affected, living, begin) / 1000).toFixed(1);
    table.push([title, affected.length, `${pause} s`, service.refusals(begin)]);
  }
}

async function play() {
  const scene = await makeScene();
  const { cluster, crowd, database } = scene;
  try {
    for (let i = 0; i < Number(wanted.rounds); ++i)
      for (const name of names) await disasters[name](scene);
    await within(crowd.finish(), 'the last answers', patience);
    await until('all have heard the end', () => crowd.hasHeardTheEnd);
    book.isClosed = true;
    crowd.leave();
    await Promise.all(cluster.nodes.map((x) => x.server.stop(30_000)));
    for (const { name, complaints } of cluster.nodes)
      for (const each of complaints.slice(0, 5)) book.wrong.push(`${name}: ${JSON.stringify(each)}`);
    const promise = { recovered: recoveredMax, kept: keptMax };
    return verdictOn(book, database.url, folder, promise);
  } catch (error) {
    for (const { name, server } of cluster.nodes)
      console.log(name, server.log.all.slice(-3000).map((x) => JSON.stringify(x)).join('\n'));
    throw error;
  }
}

// What the judge complains of, by kind.
function kindsOf(text) {
  const complaints = text.trim().split('\n').slice(0, -1);
  const doubled = complaints.filter((x) => /more than once|twice/.test(x)).length;
  return { doubled, lost: complaints.length - doubled };
}

console.log(`seed ${wanted.seed}, ${folder}`);
try {
  const verdict = await play();
  console.log(verdict.checked);
  console.log(JSON.stringify(book.counts));
  for (const sentence of book.wrong) console.log(sentence);
  process.stdout.write(verdict.text);
  const { lost, doubled } = kindsOf(verdict.text);
  console.log('| disaster | rooms | longest pause | refused | lost | doubled |');
  for (const row of table) console.log(`| ${[...row, lost, doubled].join(' | ')} |`);
  const isRight = verdict.status === 0 && book.wrong.length === 0;
  if (isRight || wanted.mutant !== '') rmSync(folder, { recursive: true });
  process.exit(isRight ? 0 : verdict.status || 1);
} catch (error) {
  for (const sentence of book.wrong) console.log(sentence);
  console.log(error);
  process.exit(2);
}
