// A server of one's own: the real binary on a free port, stopped by its process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Inbox, within } from './inbox.mjs';

const binary =
  process.env.SALON_BINARY ??
  fileURLToPath(new URL('../../../build/dev/bin/salon', import.meta.url));

// What is in the environment by chance is no option of a server under test.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('SALON_')),
);

const running = new Set();

// Whatever becomes of a test file, it ends within a minute, or what it has been given, and takes
// its servers along.
const seconds = Number(process.env.SALON_TEST_SECONDS ?? 60);
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
setTimeout(() => {
  console.error(`the tests of this file did not end within ${seconds} seconds`);
  process.exit(1);
}, seconds * 1000).unref();

export class Server {
  #child;
  #address;

  /// The log, one object a line.
  log = new Inbox('a line of the log');

  /// Starts a server with `options` by their keys, such as {'client.ping_interval': '1s'}, and
  /// waits until it listens. `program` is another one than the stock server, words that start it
  /// (such as those that lead into a network of its own), and what is in its environment besides.
  static async start(options = {}, program = {}) {
    const server = new Server();
    await server.#start({ port: 0, shards: 2, 'log.format': 'json', ...options }, program);
    return server;
  }

  async #start(options, program) {
    const settings = Object.entries(options).flatMap(([key, x]) => ['--set', `${key}=${x}`]);
    const words = [...(program.before ?? []), program.path ?? binary, 'serve', ...settings];
    this.#address = options.address ?? '127.0.0.1';
    this.#child = spawn(words[0], words.slice(1), {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...environment, ...program.environment },
    });
    this.#child.stdin.on('error', () => {}); // it may be gone
    running.add(this.#child);
    const lines = createInterface({ input: this.#child.stderr });
    lines.on('line', (line) => this.log.push(parse(line)));
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      running.delete(this.#child);
      return code ?? signal;
    });
    const early = this.ended.then((code) => {
      throw new Error(`${binary} ended with ${code}:\n${this.#said()}`);
    });
    early.catch(() => {});
    const listening = this.log.find((line) => line.event === 'listening');
    this.port = (await Promise.race([listening, early])).port;
  }

  get pid() {
    return this.#child.pid;
  }

  /// Where SDK clients connect.
  get url() {
    return `ws://${this.#address}:${this.port}/connection/websocket`;
  }

  /// Where text clients connect, with `parameters` in the query.
  textUrl(parameters = {}) {
    return `ws://${this.#address}:${this.port}/?${new URLSearchParams(parameters)}`;
  }

  signal(name) {
    this.#child.kill(name);
  }

  /// Gives an order to a program that takes some on its standard input.
  order(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /// Ends it, which has to go well: a sanitizer's report makes it fail, too.
  async stop(ms) {
    this.signal('SIGTERM');
    const code = await within(this.ended, 'the server to end', ms);
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.#said()}`);
  }

  #said() {
    return this.log.all.map((line) => line.line ?? JSON.stringify(line)).join('\n');
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { event: 'text', line };
  }
}

/// A server for the tests of one file (with node:test's `before` and `after`).
export function serverFor({ before, after }, options = {}) {
  const held = { server: undefined };
  before(async () => {
    held.server = await Server.start(options);
  });
  after(() => held.server?.stop());
  return held;
}
