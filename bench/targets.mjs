// What is to be reached, and whether it is.
import { figure, pairwise, ratios, summary } from './figures.mjs';

const names = {
  cpu: 'CPU per delivery',
  memory: 'memory per connection',
  connect: 'CPU per connect',
  cycle: 'CPU per cycle',
  p50: 'p50 latency',
  p99: 'p99 latency',
  share: 'smallest share of a shard',
  deliveries: 'deliveries',
  recovered: 'connections recovered',
  recovery: 'time to the last recovered',
};

/// How a target's number comes about, of the runs of the case it is about and of the one it is held
/// against.
const ways = {
  value: ({ name }, runs) => runs.map((run) => figure(run, name)),
  ratio: ({ name }, runs, others) => ratios(runs, others, name),
  // By how much it is above so many times the other.
  excess: ({ name, times }, runs, others) => pairwise(runs, others, name, (a, b) => a - times * b),
  // How much of its bound it takes: so many times the other, and so much besides.
  use: ({ name, times, plus }, runs, others) =>
    pairwise(runs, others, name, (a, b) => a / (times * b + plus)),
};

/// The words for a bound: "at most 1.25", "at least 10000", or nothing when it is only reported.
export function bound({ most, least }) {
  if (most !== undefined) return `at most ${most}`;
  return least === undefined ? '' : `at least ${least}`;
}

/// Median, range and state ("reached", "open", "reported", "not measured") of a target, given the
/// runs of each case.
export function judge(target, runsOf) {
  const runs = runsOf(target.of) ?? [];
  const others = target.over === undefined ? [] : (runsOf(target.over) ?? []);
  const found = summary(ways[target.way](target, runs, others));
  return { ...found, state: stateOf(target, found) };
}

function stateOf({ most, least }, found) {
  if (!found) return 'not measured';
  if (most === undefined && least === undefined) return 'reported';
  const holds = most === undefined ? found.median >= least : found.median <= most;
  return holds ? 'reached' : 'open';
}

/// A target in words: "salon's CPU per delivery / batched floor's".
export function wording({ way, name, of, over, times, plus }) {
  const subject = `${of}: ${names[name]}`;
  if (way === 'value') return subject;
  if (way === 'ratio') return `${subject} / ${over}`;
  if (way === 'use') return `${subject} / (${times} x ${over} + ${plus})`;
  return times === 1 ? `${subject} - ${over}` : `${subject} - ${times} x ${over}`;
}
