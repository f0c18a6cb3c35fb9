// What is measured, and what is to be reached: data alone.
//
// A case is a server under a load. `load` becomes options of `salon bench`; where nothing is pinned,
// `free` says so. Targets name the case they are about (`of`), the one they are held against (`over`),
// the figure and the bound, which is on the median of all rounds.

const floors = ['plain floor', 'batched floor'];
const peers = ['Beast program', 'ws', 'Socket.IO', 'Centrifugo', 'nats-server'];
const everyone = ['salon', ...floors, ...peers];

/// The same load on each of these servers; a case is called like its server.
const each = (servers, load) => servers.map((server) => ({ name: server, server, load }));

const ratio = (name, of, over, most) => ({ way: 'ratio', name, of, over, most });
const value = (name, of, bound = {}) => ({ way: 'value', name, of, ...bound });
const excess = (name, of, times, over, most) => ({ way: 'excess', name, of, times, over, most });
const use = (name, of, times, over, plus) => ({ way: 'use', name, of, times, over, plus });

const crowd = { rooms: 1, members: 1000, publishers: 10, rate: 0 };
const tables = { rooms: 1000, members: 10, publishers: 1, rate: 0 };
// Ten members on each of three nodes, and of each room a publisher on each.
const pair = { rooms: 2, members: 30, publishers: 3 };
const idle = { mode: 'idle', rooms: 1, members: 19_000 };

const crowdAndTables = (servers) =>
  [['S1', crowd], ['S3', tables]].flatMap(([shape, load]) =>
    servers.map(({ name, room, ...rest }) => ({
      name: `${shape}, ${name}`,
      load: { ...load, ...(room && { room }) },
      ...rest,
    })),
  );

export const scenarios = {
  S1: {
    title: 'one room of 1,000, ten publishers; each sends its next when the room has its last',
    cases: each(everyone, crowd),
    floor: 'batched floor',
    targets: [
      ratio('cpu', 'salon', 'batched floor', 1.25),
      ratio('cpu', 'salon', 'Beast program', 0.2),
    ],
  },
  S1b: {
    title: 'the same with one publisher: nothing to gather',
    cases: each(['salon', ...floors, 'Beast program'], { ...crowd, publishers: 1 }),
    floor: 'plain floor',
    targets: [ratio('cpu', 'salon', 'plain floor', 1.1)],
  },
  S2: {
    title: 'one room of 10,000, 5 publications/s',
    cases: each(['salon', ...floors], { rooms: 1, members: 10_000, publishers: 1, rate: 5 }),
    floor: 'plain floor',
    targets: [
      ratio('cpu', 'salon', 'plain floor', 1.1),
      ratio('p99', 'salon', 'plain floor', 1.3),
    ],
  },
  S3: {
    title: '1,000 rooms of 10, a publisher in each; each sends its next when the room has its last',
    cases: each(everyone, tables),
    floor: 'batched floor',
    targets: [ratio('cpu', 'salon', 'batched floor', 1.15)],
  },
  S4: {
    title: '19,000 idle connections',
    cases: [
      ...each(['salon', ...floors, ...peers], idle),
      { name: 'salon, SDK protocol', server: 'salon sdk', load: idle },
    ],
    floor: 'plain floor',
    targets: [
      value('memory', 'salon', { most: 2500 }),
      value('memory', 'salon, SDK protocol', { most: 3500 }),
      excess('connect', 'salon', 1.5, 'plain floor', 25),
    ],
  },
  S5: {
    title: 'churn: 100 at a time connect, join, leave and close',
    cases: each(['salon', ...floors], { mode: 'churn', members: 100 }),
    floor: 'plain floor',
    targets: [ratio('cycle', 'salon', 'plain floor', 2)],
  },
  S6: {
    title: 'one room of 1,000, 40 publications/s',
    cases: each(everyone, { rooms: 1, members: 1000, publishers: 1, rate: 40 }),
    floor: 'plain floor',
    targets: [
      ratio('cpu', 'salon', 'plain floor', 1.1),
      ratio('p99', 'salon', 'plain floor', 1.3),
    ],
  },
  S6b: {
    title: '1,000 rooms of 10, 4,000 publications/s in all',
    cases: each(['salon', ...floors], { rooms: 1000, members: 10, publishers: 1, rate: 4000 }),
    floor: 'batched floor',
    targets: [
      ratio('cpu', 'salon', 'batched floor', 1.1),
      ratio('p99', 'salon', 'batched floor', 1.3),
    ],
  },
  S7: {
    title: 'S1 and S3 with the SDK protocol in JSON',
    cases: crowdAndTables([
      { name: 'text', server: 'salon' },
      { name: 'SDK protocol', server: 'salon sdk' },
    ]),
    targets: [
      ratio('cpu', 'S1, SDK protocol', 'S1, text', 1.3),
      ratio('cpu', 'S3, SDK protocol', 'S3, text', 1.3),
    ],
  },
  S8: {
    title: 'S1 and S3 in durable rooms (`process`), and 1,000 publications/s into 1,000 rooms of 10',
    cases: [
      ...crowdAndTables([
        { name: 'not durable', server: 'salon with a store' },
        { name: 'durable', server: 'salon with a store', room: 'durable:bench' },
      ]),
      { name: '1,000/s, not durable', server: 'salon with a store', load: { ...tables, rate: 1000 } },
      {
        name: '1,000/s, durable',
        server: 'salon with a store',
        load: { ...tables, rate: 1000, room: 'durable:bench' },
      },
    ],
    targets: [
      ratio('cpu', 'S1, durable', 'S1, not durable', 1.25),
      ratio('cpu', 'S3, durable', 'S3, not durable', 1.25),
      excess('p50', '1,000/s, durable', 1, '1,000/s, not durable', 5),
    ],
  },
  S9: {
    title: 'S1 and S3 on two shards, nothing pinned',
    cases: crowdAndTables([
      { name: 'one shard', server: 'salon', free: true },
      { name: 'two shards', server: 'salon on two shards', free: true },
    ]),
    targets: [
      ratio('cpu', 'S3, two shards', 'S3, one shard', 1.15),
      ratio('cpu', 'S1, two shards', 'S1, one shard', 1.15),
      value('share', 'S3, two shards', { least: 0.4 }),
      value('share', 'S1, two shards', { least: 0.4 }),
      value('deliveries', 'S3, two shards'),
      value('deliveries', 'S1, two shards'),
    ],
  },
  S10: {
    title: '10,000 connections break at once and recover, with 100 others in their room',
    cases: [
      {
        name: 'salon, SDK protocol',
        server: 'salon sdk',
        load: { mode: 'storm', members: 10_100, steady: 100, rate: 5 },
      },
    ],
    targets: [
      value('recovered', 'salon, SDK protocol', { least: 10_000 }),
      value('recovery', 'salon, SDK protocol'),
      value('p99', 'salon, SDK protocol'),
    ],
  },
  S11: {
    title: 'two rooms of 30 with three publishers each, on one node and on three: 1,000 publications/s, and a closed loop',
    cases: [
      ['1,000/s', 1000],
      ['closed loop', 0],
    ].flatMap(([pace, rate]) => [
      { name: `one node, ${pace}`, server: 'salon', load: { ...pair, rate } },
      { name: `three nodes, ${pace}`, server: 'salon on three nodes', load: { ...pair, rate } },
    ]),
    targets: [
      ratio('cpu', 'three nodes, 1,000/s', 'one node, 1,000/s'),
      ratio('cpu', 'three nodes, closed loop', 'one node, closed loop'),
      value('deliveries', 'three nodes, closed loop'),
      value('deliveries', 'one node, closed loop'),
    ],
  },
};

/// What a change is held against before it lands: short, and ratios within one run where there is
/// something to divide by.
export const guarded = {
  S1: {
    cases: each(['salon', 'batched floor'], crowd),
    checks: [ratio('cpu', 'salon', 'batched floor')],
  },
  S3: {
    cases: each(['salon', 'batched floor'], tables),
    checks: [ratio('cpu', 'salon', 'batched floor')],
  },
  S4: {
    cases: each(['salon', 'plain floor'], { ...idle, members: 5000 }),
    // What the floor takes differs more between machines than what comes on top of it.
    checks: [value('memory', 'salon'), use('connect', 'salon', 1.5, 'plain floor', 25)],
  },
};
