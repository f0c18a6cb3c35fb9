// Programs under test: started, heard line by line, typed to, and ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { connected, subscribed } from '../sdk/support/clients.mjs';
import { Inbox, within } from '../sdk/support/inbox.mjs';

// What is in the environment by chance is no option of a program under test.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('SALON_')),
);

export const example = (name) => join(process.env.EXAMPLES_FOLDER, name);

export class Program {
  /// Everything it says, whichever way.
  lines = new Inbox('a line');

  constructor(t, command, args = [], { variables = {}, folder } = {}) {
    this.child = spawn(command, args, { env: { ...environment, ...variables }, cwd: folder });
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    this.ended = once(this.child, 'close').then(([code, signal]) => code ?? signal);
    t.after(() => this.child.kill('SIGKILL'));
  }

  /// Waits for a line that matches, and takes it.
  async says(pattern) {
    const early = this.ended.then(() => {
      if (!this.lines.all.some((line) => pattern.test(line)))
        throw new Error(`ended without saying ${pattern}:\n${this.lines.all.join('\n')}`);
      return new Promise(() => {});
    });
    const line = await Promise.race([this.lines.find((each) => pattern.test(each)), early]);
    return line.match(pattern);
  }

  type(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /// Ends its input, as ^D does; what it ended with.
  leave() {
    this.child.stdin.end();
    return within(this.ended, 'the program to end');
  }

  /// It is gone, without a word.
  kill() {
    this.child.kill('SIGKILL');
    return within(this.ended, 'the program to end');
  }

  stop() {
    this.child.kill('SIGTERM');
    return within(this.ended, 'the program to end');
  }
}

/// An example that is a server, on a free port.
export async function serve(t, name, variables = {}) {
  const server = new Program(t, example(name), [], { variables: { SALON_PORT: '0', ...variables } });
  const [, port] = await server.says(/listening .*port=(\d+)/);
  server.port = port;
  server.url = `ws://127.0.0.1:${port}/connection/websocket`;
  return server;
}

/// Servers that are one chat. What they show each other is made in a folder of the test's own.
export class Cluster {
  nodes = [];
  started = 0;

  static async of(t, size) {
    const made = new Cluster();
    const folder = await mkdtemp(join(tmpdir(), 'salon-cluster-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    made.folder = folder;
    made.common = {
      XDG_STATE_HOME: folder,
      SALON_CLUSTER_FAILURE_TIMEOUT: '2s',
      SALON_CLUSTER_HEARTBEAT_INTERVAL: '400ms',
    };
    while (made.nodes.length < size) made.nodes.push(await made.start(t));
    const complete = new RegExp(` cluster view nodes=${size}$`);
    if (size > 1) await Promise.all(made.nodes.map((each) => each.says(complete)));
    return made;
  }

  /// A node, at a cluster port of its own or the given one.
  async start(t, address = '127.0.0.1:0') {
    const control = join(this.folder, `control-${this.started++}`);
    const node = await serve(t, 'minimal_server', {
      ...this.common,
      SALON_CONTROL_PATH: control,
      SALON_CLUSTER_LISTEN: address,
      ...(this.address ? { SALON_CLUSTER_JOIN: this.address } : {}),
    });
    node.control = control;
    const joined = node.lines.all.find((line) => / cluster joined /.test(line));
    node.address = joined.match(/address=(\S+)/)[1];
    this.address ??= node.address;
    return node;
  }

  /// An example that attaches itself to the cluster, by way of its first node.
  async attach(t, name) {
    const program = new Program(t, example(name), [], {
      variables: { ...this.common, SALON_CLUSTER_JOIN: this.address },
    });
    await program.says(/ attached /);
    return program;
  }
}

/// A text client, welcomed.
export async function textClient(t, server, path) {
  const client = new Program(t, example('text_client'), [path, server.port]);
  await client.says(/^Welcome/);
  return client;
}

/// An SDK client called `name`, in the lobby.
export async function sdkClient(t, server, name, options = {}) {
  const client = await connected(t, server.url, name);
  return { client, lobby: await subscribed(client, 'lobby', options) };
}
