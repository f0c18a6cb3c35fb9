// How a server's shards share the deliveries, as its /metrics has them.

/// The smallest share of `salon_shard_deliveries_total` among the shards; undefined without that
/// metric or without deliveries.
export function smallestShare(metrics) {
  const counts = [...metrics.matchAll(/^salon_shard_deliveries_total\{[^}]*\} (\d+)/gm)].map((x) => Number(x[1]));
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all > 0 ? Math.min(...counts) / all : undefined;
}

/// Asks a server that listens on `port`; undefined when it does not say.
export async function shareOf(port) {
  try {
    return smallestShare(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  } catch {
    return undefined;
  }
}
