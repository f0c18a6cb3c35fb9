// Where and of what a measurement is.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

import { version } from './servers.mjs';

const attempt = (read) => {
  try {
    return read();
  } catch {
    return 'unknown';
  }
};
const firstLine = (text) => text.split('\n')[0].trim();
const said = (program, ...rest) =>
  firstLine(execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));

function compiler(root) {
  const kept = readFileSync(join(root, 'build/release/CMakeCache.txt'), 'utf8');
  return said(kept.match(/^CMAKE_CXX_COMPILER:\w+=(.*)$/m)[1], '--version');
}

// What is measured, and whether it is as committed; what a measurement writes does not count.
function commit(root) {
  const git = (...rest) => said('git', '-C', root, ...rest);
  const changed = git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs');
  return git('rev-parse', '--short', 'HEAD') + (changed ? ', changed' : '');
}

/// The facts that a figure means nothing without. `root` is the project's.
export function facts(root) {
  return {
    date: new Date().toISOString().slice(0, 10),
    salon: attempt(() => version('salon') ?? 'unknown'),
    commit: attempt(() => commit(root)),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    governor: attempt(() =>
      firstLine(readFileSync('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8')),
    ),
    compiler: attempt(() => compiler(root)),
  };
}
