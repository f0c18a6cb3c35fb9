// One run of `salon bench` against a server that listens.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { environment } from './running_server.mjs';
import { programs } from './servers.mjs';

// For connecting, and for whatever ends late.
const patience_seconds = 180;

/// The options of `salon bench` for a load: { members: 10 } becomes --members 10.
export function optionsOf(load) {
  return Object.entries(load).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
}

/// Loads `server` and returns what the harness measured. Throws when it could not. With a core, the
/// harness has it for itself and never sleeps.
export async function load(server, protocol, options, core) {
  const command = [
    join(programs, 'salon'), 'bench', ...server.urls, '--json', '--protocol', protocol,
    ...server.pids.flatMap((pid) => ['--pid', String(pid)]), ...optionsOf(options),
  ];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  if (core !== undefined) command.push('--spin');
  const { status, output, complaints } = await run(command, (options.seconds ?? 5) + patience_seconds);
  const line = lastLine(output);
  const complaint = lastLine(complaints);
  if (!line.startsWith('{')) throw new Error(`the harness ended with ${status}: ${complaint}`);
  return { ...JSON.parse(line), ...(complaint && { failure: complaint }) };
}

const lastLine = (text) => text.trim().split('\n').at(-1);

async function run([program, ...rest], seconds) {
  const child = spawn(program, rest, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), 1000 * seconds);
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (complaints += text));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(late);
  return { status, output, complaints };
}
