// Measures Salon beside the floors and the peers, keeps the figures and writes them down:
// `./dev bench` runs it; `./dev bench --help` says how. Ends with 0 when everything that ours
// delivered is right, 1 when something is not or a guarded figure got worse, 2 when nothing was
// measured.
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

import { fail, root, usage, wanted } from './arguments.mjs';
import { writeDocument } from './document.mjs';
import { guard } from './guard.mjs';
import { facts } from './machine.mjs';
import { keep } from './results.mjs';
import { runRounds } from './rounds.mjs';
import { scenarios } from './scenarios.mjs';

const say = (line) => console.log(`-- ${line}`);

// True: everything that ours delivered is right. What is not is not kept.
async function measureAll({ names, rounds, load, cores, out }) {
  const measured = facts(root);
  let isGood = true;
  for (const name of names.length > 0 ? names : Object.keys(scenarios)) {
    const { title, cases } = scenarios[name];
    say(`${name}: ${title}`);
    const result = await runRounds(cases, rounds, load, cores, say);
    if (result.isBad) {
      isGood = false;
      say(`${name}: not kept, since not everything was delivered as it must`);
      continue;
    }
    keep(join(out, 'bench/results'), name, { measured, rounds, ...load, cases: result.cases });
    writeDocument(out);
  }
  return isGood;
}

// A server that still runs goes with this (running_server.mjs).
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const what = wanted();
if (what.help) {
  console.log(usage);
} else if (what.report) {
  writeDocument(what.out);
} else if (!what.check) {
  if (cpus().length < 2) fail('the server and the harness need a core each, and there is one in all');
  if (loadavg()[0] > 0.5) say(`others use this machine (load ${loadavg()[0].toFixed(1)}): ranges will be wide`);
  const isGood = what.quick
    ? await guard(join(what.out, 'bench/guard.json'), what, say)
    : await measureAll(what);
  process.exitCode = isGood ? 0 : 1;
}
