// The servers that are compared: where each comes from, how it is started, what it speaks.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { RunningCluster } from './running_cluster.mjs';
import { RunningServer } from './running_server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/// Where ./dev has put our programs, and what it brought of others.
export const programs = process.env.BENCH_PROGRAMS ?? join(here, '../build/release/bin');
const notes = process.env.BENCH_PEERS ?? '';

// Durability is measured in S8, and nowhere else: nobody it is compared with has any.
const salon = (shards, ...options) => ({
  protocol: 'text',
  command: () => [
    join(programs, 'salon'), 'serve', '--port', '0', '--shards', String(shards),
    '--set', 'defaults.durability=none', ...options,
  ],
  listening: /listening .*port=(\d+)/,
  version: () => versionOf(join(programs, 'salon')),
  ours: true,
});
const floor = (...options) => ({
  protocol: 'text',
  command: () => [join(programs, 'floor'), '--port', '0', ...options],
  ours: true,
});
const node = (script, name, protocol) => ({
  protocol,
  command: () => [process.execPath, join(here, 'peers', script)],
  version: () => packageVersion(name),
  absent: () => !existsSync(packageFile(name)) && 'its npm packages are not here',
});

const table = {
  salon: salon(1),
  'salon sdk': { ...salon(1), protocol: 'sdk' },
  'salon with a store': {
    ...salon(1, '--set', 'namespaces.durable.durability=process'),
    arguments: (folder) => ['--set', `store.path=${join(folder, 'rooms.db')}`],
  },
  'salon on two shards': salon(2),
  'salon on three nodes': { ...salon(1), nodes: 3 },
  'plain floor': floor(),
  'batched floor': floor('--batched'),
  'Beast program': {
    protocol: 'text',
    command: () => [join(programs, 'beast_chat'), '--port', '0'],
  },
  ws: node('ws/server.mjs', 'ws', 'text'),
  'Socket.IO': node('socketio/server.mjs', 'socket.io', 'socketio'),
  // Says nothing when it is ready, and takes no port of its own choice.
  Centrifugo: {
    protocol: 'sdk',
    command: (port) => ['centrifugo', '-c', join(here, 'peers/centrifugo.json'), '-p', String(port)],
    choosesPort: false,
    // One that was built from its module does not know its own.
    version: () => process.env.BENCH_CENTRIFUGO_VERSION ?? versionOf('centrifugo', 'version'),
    absent: () => !versionOf('centrifugo', 'version') && 'it is not installed',
  },
  'nats-server': {
    protocol: 'nats',
    command: () => ['nats-server', '-c', join(here, 'peers/nats.conf')],
    listening: /websocket clients on ws:\/\/127\.0\.0\.1:(\d+)/,
    version: () => versionOf('nats-server'),
    absent: () => !versionOf('nats-server') && 'it is not installed',
  },
};

/// Whether a run in which something was lost is our mistake.
export const isOurs = (name) => table[name].ours === true;

export const protocolOf = (name) => table[name].protocol;

/// Why this server cannot be had here; false when it can. What ./dev has found out comes first.
export function absence(name) {
  const note = join(notes, `${name}.absent`);
  if (notes && existsSync(note)) return readFileSync(note, 'utf8').trim();
  return table[name].absent?.() ?? false;
}

/// The version that is measured; undefined for ours.
export function version(name) {
  return table[name].version?.();
}

/// Starts a server, on the core `core` alone or, without one, wherever the system likes: all its
/// nodes, if it has several. It listens when this returns.
export async function start(name, core) {
  const { nodes } = table[name];
  if (!nodes) return startProcess(name, core);
  const cluster = new RunningCluster();
  try {
    await cluster.grow(nodes, (options, variables) => startProcess(name, core, options, variables));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function startProcess(name, core, options = [], variables = {}) {
  const server = table[name];
  const folder = mkdtempSync(join(tmpdir(), 'salon-bench-'));
  const port = server.choosesPort === false ? await freePort() : undefined;
  const command = [...server.command(port), ...(server.arguments?.(folder) ?? []), ...options];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const running = new RunningServer(name, command, folder, variables);
  try {
    if (port) await running.accepts(port);
    running.port = port ?? (await running.says(server.listening ?? /listening on 127\.0\.0\.1:(\d+)/));
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function versionOf(program, flag = '--version') {
  try {
    return execFileSync(program, [flag], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)?.[0];
  } catch {
    return undefined;
  }
}

const packageFile = (name) => join(here, 'peers/node_modules', name, 'package.json');
const packageVersion = (name) => JSON.parse(readFileSync(packageFile(name), 'utf8')).version;
