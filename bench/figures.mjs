// What is read from a run of the harness, and how a figure is made of several runs.

const milliseconds = (microseconds) => microseconds / 1000;

/// A figure of a run: where it is in the harness's line, its unit and how many digits it is worth.
export const figures = {
  cpu: { of: (run) => run.deliveries > 0 && run.server_cpu_us?.per_delivery, unit: 'us', digits: 2 },
  user: { of: (run) => run.server_cpu_us?.user_per_delivery, unit: 'us', digits: 2 },
  system: { of: (run) => run.server_cpu_us?.system_per_delivery, unit: 'us', digits: 2 },
  connect: { of: (run) => run.server_cpu_us?.per_connect, unit: 'us', digits: 1 },
  cycle: { of: (run) => run.server_cpu_us?.per_cycle, unit: 'us', digits: 1 },
  harness: { of: (run) => run.harness_cpu_us_per_delivery, unit: 'us', digits: 2 },
  deliveries: { of: (run) => run.deliveries_per_second, unit: '/s', digits: 0 },
  p50: { of: (run) => milliseconds(run.latency_us?.p50), unit: 'ms', digits: 2 },
  p99: { of: (run) => milliseconds(run.latency_us?.p99), unit: 'ms', digits: 2 },
  p999: { of: (run) => milliseconds(run.latency_us?.p999), unit: 'ms', digits: 2 },
  memory: { of: (run) => run.server_memory?.bytes_per_connection, unit: 'B', digits: 0 },
  connects: { of: (run) => run.connects_per_second, unit: '/s', digits: 0 },
  cycles: { of: (run) => run.cycles && run.cycles / run.seconds, unit: '/s', digits: 0 },
  recovered: { of: (run) => run.recovered, unit: '', digits: 0 },
  recovery: { of: (run) => milliseconds(run.recovery_us?.max), unit: 'ms', digits: 0 },
  share: { of: (run) => run.smallest_shard_share, unit: '', digits: 2 },
};

/// The figure of a run; undefined when the run does not have it, or was none.
export function figure(run, name) {
  const value = run && figures[name].of(run);
  return Number.isFinite(value) ? value : undefined;
}

/// Median and range of what is there; undefined of nothing.
export function summary(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return {
    median: sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
    least: sorted[0],
    most: sorted.at(-1),
    count: sorted.length,
  };
}

/// `combine` of what two cases measured in the same round; rounds that one of them lacks are left out.
export function pairwise(runs, others, name, combine) {
  return runs.flatMap((run, round) => {
    const [a, b] = [figure(run, name), figure(others[round], name)];
    return a === undefined || b === undefined ? [] : [combine(a, b)];
  });
}

/// Ratios of the same round's figures.
export function ratios(runs, others, name) {
  return pairwise(runs, others, name, (a, b) => a / b).filter(Number.isFinite);
}

/// What went wrong in a run for those who receive, and what the harness complained of; empty when
/// all was well.
export function faults(run) {
  const counted = ['lost', 'doubled', 'swapped', 'disconnected', 'refused']
    .filter((what) => run[what] > 0)
    .map((what) => `${run[what]} ${what}`);
  if (run.deliveries === 0) counted.push('delivered nothing');
  if (run.failure) counted.push(run.failure);
  return counted.length > 0 || run.verified !== false ? counted : ['not verified'];
}
