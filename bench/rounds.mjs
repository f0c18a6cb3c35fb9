// Runs cases in turns, so that what drifts on the machine meets all of them.
import { faults } from './figures.mjs';
import { load } from './harness.mjs';
import { absence, isOurs, protocolOf, start, version } from './servers.mjs';
import { shareOf } from './shares.mjs';

/// One case, once: starts its server, loads it, ends it.
async function runOnce({ server: name, load: wanted, free }, options, cores) {
  const [server_core, harness_core] = free ? [] : cores;
  const server = await start(name, server_core);
  try {
    const run = await load(server, protocolOf(name), { ...wanted, ...options }, harness_core);
    if (free) run.smallest_shard_share = await shareOf(server.port);
    return run;
  } finally {
    await server.stop();
  }
}

/// Runs each case once in each round; a round begins with the case after the one that the round
/// before began with. Returns the cases with their runs by round (null: there was none), why a server
/// is absent, and what went wrong in `notes`. `isBad` tells whether anything went wrong with ours.
export async function runRounds(cases, rounds, options, cores, say) {
  const done = cases.map((each) => ({
    ...each,
    absent: absence(each.server) || undefined,
    runs: [],
    notes: [],
  }));
  const here = done.filter((each) => !each.absent);
  for (const each of here) each.version = version(each.server);
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < here.length; turn++)
      await runCase(here[(round + turn) % here.length], options, cores, `round ${round + 1}`, say);
  const isBad = here.some((each) => isOurs(each.server) && each.notes.length > 0);
  return { cases: done, isBad };
}

async function runCase(each, options, cores, round, say) {
  try {
    const run = await runOnce(each, options, cores);
    const wrong = faults(run);
    each.notes.push(...wrong);
    each.runs.push(run);
    say(`${round}: ${each.name}: ${wrong.join(', ') || summaryOf(run)}`);
  } catch (error) {
    each.notes.push(error.message);
    each.runs.push(null);
    say(`${round}: ${each.name}: ${error.message}`);
  }
}

function summaryOf({ server_cpu_us: cpu = {}, server_memory: memory = {}, recovered }) {
  const parts = [
    cpu.per_delivery !== undefined && `${cpu.per_delivery} us a delivery`,
    cpu.per_cycle !== undefined && `${cpu.per_cycle} us a cycle`,
    cpu.per_connect !== undefined && `${cpu.per_connect} us a connect`,
    memory.bytes_per_connection !== undefined && `${memory.bytes_per_connection} bytes a connection`,
    recovered !== undefined && `${recovered} recovered`,
  ];
  return parts.filter(Boolean).join(', ') || 'done';
}
