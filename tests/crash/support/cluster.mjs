// Three real servers that are one chat, with their rooms in one PostgreSQL.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Server } from '../../sdk/support/server.mjs';
import { makeCertificates } from './certificates.mjs';
import { freePort } from './ports.mjs';
import { salon } from './programs.mjs';

const count = 3;
const excused = new Set(['storage failed']);

// What libpq writes by itself when a database ends that it is just connecting to: nobody can be
// told of notices before that is done.
const farewell = /^WARNING: {2}terminating connection/;

/// Everything that is about time is shorter than by default, so that a run is.
const options = {
  'cluster.failure_timeout': '3s',
  'cluster.heartbeat_interval': '500ms',
  'store.postgres_lease_ttl': '3s',
  'store.postgres_lease_margin': '300ms',
  'store.retry_interval': '200ms',
  'store.postgres_request_timeout': '2s',
};

class Node {
  server;
  #log = []; // of its earlier lives

  constructor(name, clients, peers, settings, program) {
    Object.assign(this, { name, clients, peers, settings, program });
  }

  async start(join) {
    const settings = { ...options, ...this.settings, 'cluster.join': join };
    this.#log.push(...(this.server?.log.all ?? []));
    this.server = await Server.start(settings, this.program);
  }

  get url() {
    return `ws://${this.clients}/connection/websocket`;
  }

  textUrl(parameters) {
    return `ws://${this.clients}/?${new URLSearchParams(parameters)}`;
  }

  /// What `salon cluster WORDS` says; an error when it says no.
  async ask(...words) {
    const at = ['--control', this.settings['control.path'], '--timeout', '20', '--json'];
    const { stdout } = await promisify(execFile)(salon, ['cluster', ...words, ...at]);
    return JSON.parse(stdout);
  }

  /// What it has complained of, as an error, and which nobody but a bug of its own explains.
  get complaints() {
    const lines = [...this.#log, ...this.server.log.all];
    const isExcused = (x) => excused.has(x.event) || farewell.test(x.line);
    return lines.filter((x) => (x.event === 'text' || x.level === 'error') && !isExcused(x));
  }

  /// A place in its log, for what follows.
  get mark() {
    return this.server.log.all.length;
  }

  hasLogged(event, mark) {
    return this.server.log.all.slice(mark).some((line) => line.event === event);
  }
}

export class Cluster {
  nodes = [];

  /// @param program  Which one a node is, and its environment.
  /// @param network  Where each node has a namespace; none: all are on the loopback.
  static async start({ folder, database, settings: further, program, network }) {
    const cluster = new Cluster();
    cluster.database = database;
    const certificates = network ? { ...makeCertificates(folder), insecure: true } : {};
    for (let i = 0; i < count; ++i) {
      const [clients, peers] = [await freePort(), await freePort()];
      const address = network?.front(i) ?? '127.0.0.1';
      const listen = `${network?.back(i) ?? '127.0.0.1'}:${peers}`;
      const settings = {
        ...further,
        ...certificates,
        address,
        port: clients,
        'store.path': database.url,
        'control.path': join(folder, `node-${i}.sock`),
        'cluster.name': `node-${i}`,
        'cluster.listen': listen,
      };
      const started = { ...program, before: network?.at(i) };
      cluster.nodes.push(new Node(`node-${i}`, `${address}:${clients}`, listen, settings, started));
    }
    for (const node of cluster.nodes) await cluster.startNode(node);
    return cluster;
  }

  startNode(node) {
    return node.start(this.nodes.map((x) => x.peers).join());
  }

  /// Whether all nodes see each other.
  async isWhole() {
    const seen = await Promise.all(this.nodes.map((x) => x.ask('status').catch(() => undefined)));
    return seen.every((x) => x?.nodes.filter((y) => y.state === 'up').length === count);
  }

  /// The node that a client with that address is connected with.
  nodeAt(url) {
    return this.nodes.find((x) => url.includes(x.clients))?.name;
  }

  /// The name of each room's home, as the database has it.
  homes() {
    const rows = this.database.query(
      `SELECT rooms.name, nodes.name FROM salon.rooms JOIN salon.nodes ON lease = home
        WHERE NOT ended AND expires > now()`,
    );
    return new Map(rows);
  }

  roomsOf(node) {
    return [...this.homes()].filter(([, home]) => home === node.name).map(([room]) => room);
  }
}
