// A PostgreSQL of the run's own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Inbox, within } from '../../sdk/support/inbox.mjs';

const isRoot = process.getuid() === 0;

// Debian keeps its programs out of the way, by version.
const debian = '/usr/lib/postgresql';
const places = [
  ...(existsSync(debian) ? readdirSync(debian).sort().reverse() : []).map((x) =>
    join(debian, x, 'bin'),
  ),
  ...process.env.PATH.split(':'),
];
const programs = places.find((x) => existsSync(join(x, 'initdb')) && existsSync(join(x, 'postgres')));

// It does not run as root, and does not outlive this process: QUIT means to it to end at once.
const before = [
  'setpriv',
  '--pdeathsig=QUIT',
  ...(isRoot ? ['--reuid=nobody', '--regid=nogroup', '--clear-groups'] : []),
];

/// On a Unix socket in a folder of its own, and at `address` if there is one. Its superuser is
/// `salon`, without a password.
export class Postgres {
  #folder = mkdtempSync(join(tmpdir(), 'salon-crash-pg-'));
  #child;

  /// Why none can be started here; empty where one can.
  static lack() {
    return programs ? '' : 'PostgreSQL is not installed: ./dev setup test';
  }

  constructor(address = '') {
    this.address = address;
    process.on('exit', () => this.remove());
    if (isRoot) chownSync(this.#folder, ...['-u', '-g'].map((x) => idOf('nobody', x)));
    const data = join(this.#folder, 'data');
    const options = ['--no-sync', '--no-instructions', '--auth=trust', '--encoding=UTF8'];
    this.#run('initdb', ...options, '--locale=C', '--username=salon', `--pgdata=${data}`);
    if (address) appendFileSync(join(data, 'pg_hba.conf'), 'host all salon all trust\n');
  }

  /// Where servers find it.
  get url() {
    return `postgres://salon@${this.address}/postgres${this.address ? '' : `?host=${this.#folder}`}`;
  }

  async start() {
    const settings = {
      listen_addresses: this.address,
      fsync: 'off', // what survives is the machine
      full_page_writes: 'off',
      shared_buffers: '16MB',
      max_connections: 40,
      log_min_messages: 'log',
    };
    const words = Object.entries(settings).flatMap(([name, x]) => ['-c', `${name}=${x}`]);
    const [first, ...rest] = [...before, join(programs, 'postgres')];
    const files = ['-D', join(this.#folder, 'data'), '-k', this.#folder];
    this.#child = spawn(first, [...rest, ...files, ...words], {
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log = new Inbox('a line of the log of PostgreSQL');
    createInterface({ input: this.#child.stderr }).on('line', (line) => log.push(line));
    this.ended = once(this.#child, 'close');
    await log.find((line) => line.includes('ready to accept connections'));
  }

  /// Lets it end: `fast` closes its connections in good order, `immediate` is as a crash.
  async stop(how = 'fast') {
    this.#child.kill({ fast: 'SIGINT', immediate: 'SIGQUIT' }[how]);
    await within(this.ended, 'PostgreSQL to end');
  }

  /// Runs `sql` and returns the rows of its answer, each a list of texts.
  query(sql) {
    const where = ['-h', this.#folder, '-U', 'salon', '-d', 'postgres'];
    const text = this.#run('psql', ...where, '--no-psqlrc', '-AtF\t', '-c', sql);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  remove() {
    this.#child?.kill('SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20 });
  }

  #run(program, ...words) {
    const [first, ...rest] = [...before, join(programs, program), ...words];
    const stdio = ['ignore', 'pipe', 'pipe'];
    return execFileSync(first, rest, { cwd: '/', encoding: 'utf8', stdio });
  }
}

function idOf(user, which) {
  return Number(execFileSync('id', [which, user], { encoding: 'utf8' }));
}
