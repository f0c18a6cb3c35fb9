// A server under measurement: started, waited for, ended.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const patience = 20_000;
const lines_max = 1000;

/// Ours without what salon would take for options of its own.
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('SALON_')),
);

/// A server in a process of its own, and in a folder that goes with it. `port` is where it listens,
/// once that is known; `variables` are added to its environment.
export class RunningServer {
  #lines = [];
  #changed = () => {};
  #kill = () => this.child.kill('SIGKILL');

  constructor(name, [program, ...rest], folder, variables) {
    this.name = name;
    this.folder = folder;
    this.child = spawn(program, rest, { env: { ...environment, ...variables }, cwd: folder });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (code, signal) => resolve(code ?? signal));
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (this.#lines.push(line) > lines_max) this.#lines.shift();
        this.#changed();
      });
    process.once('exit', this.#kill);
  }

  /// Where clients connect, and the processes that serve them: of this server, one each.
  get urls() {
    return [`ws://127.0.0.1:${this.port}/`];
  }

  get pids() {
    return [this.child.pid];
  }

  /// The first group of the first line that matches.
  async says(pattern) {
    const found = () => this.#lines.map((line) => line.match(pattern)?.[1]).find(Boolean);
    const said = new Promise((resolve) => {
      this.#changed = () => found() && resolve();
      this.#changed();
    });
    await this.#before(said, `said ${pattern}`);
    this.#changed = () => {};
    return Number(found());
  }

  /// Waits until it takes connections on `port`, for one that does not tell.
  async accepts(port) {
    let given = false;
    const opened = async () => {
      while (!given && !(await canConnect(port))) await pause(50);
    };
    await this.#before(opened(), 'took connections').finally(() => (given = true));
  }

  /// Ends it, at once if it does not end by itself.
  async stop() {
    this.child.kill('SIGTERM');
    const late = setTimeout(this.#kill, patience / 2);
    await this.ended;
    clearTimeout(late);
    process.off('exit', this.#kill);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #before(event, what) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, patience, 'it was given up')));
    const ended = this.ended.then((status) => `it ended with ${status}`);
    const reason = await Promise.race([event, ended, late]);
    clearTimeout(timer);
    if (reason)
      throw new Error(`${this.name} never ${what}, ${reason}: ${this.#lines.slice(-5).join(' | ')}`);
  }
}

function canConnect(port) {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}
