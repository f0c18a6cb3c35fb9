// Holds what a short run measures to what guard.json remembers.
import { readFileSync, writeFileSync } from 'node:fs';

import { runRounds } from './rounds.mjs';
import { guarded } from './scenarios.mjs';
import { judge, wording } from './targets.mjs';

const digits = 2;

/// The name of a check in guard.json.
export const keyOf = (scenario, check) => `${scenario}, ${wording(check)}`;

/// What was measured, by key. `chosen` are entries of the guarded scenarios, `runs` lists by scenario
/// and case.
export function measure(chosen, runs) {
  const measured = {};
  for (const [scenario, { checks }] of chosen)
    for (const check of checks) {
      const { median } = judge(check, (name) => runs[scenario]?.[name]);
      if (median !== undefined) measured[keyOf(scenario, check)] = Number(median.toFixed(digits));
    }
  return measured;
}

/// By key, what is worse than `margin` times what was remembered, or cannot be compared.
export function regressions(keys, measured, { margin, remembered }) {
  const judged = keys.map((key) => {
    const [now, before] = [measured[key], remembered[key]];
    if (now === undefined) return [key, 'was not measured'];
    if (before === undefined) return [key, `${now}, and guard.json remembers nothing: see --record`];
    return [key, now > before * margin && `${now}, which is more than ${margin} x ${before}`];
  });
  return Object.fromEntries(judged.filter(([, complaint]) => complaint));
}

async function runGuarded(names, { rounds, load, cores }, say) {
  const runs = {};
  let isBad = false;
  for (const name of names) {
    const result = await runRounds(guarded[name].cases, rounds, load, cores, say);
    isBad ||= result.isBad;
    runs[name] = Object.fromEntries(result.cases.map((each) => [each.name, each.runs]));
  }
  return { runs, isBad };
}

// One bad moment of the machine is no regression: more rounds tell.
async function repeat(names, runs, how, say) {
  say(`measured once more: ${names.join(', ')}`);
  const more = await runGuarded(names, how, say);
  for (const name of names)
    for (const [each, list] of Object.entries(more.runs[name])) runs[name][each].push(...list);
  return more.isBad;
}

/// Measures the guarded scenarios `names`, all without one, and compares; with `record`, remembers
/// instead. Says each comparison, and in the last line how many held. True: nothing is wrong.
export async function guard(file, { names, record, ...how }, say) {
  const memory = JSON.parse(readFileSync(file, 'utf8'));
  const chosen = Object.entries(guarded).filter(([name]) => names.length === 0 || names.includes(name));
  const all = chosen.map(([name]) => name);
  const keys = chosen.flatMap(([name, { checks }]) => checks.map((check) => keyOf(name, check)));

  let { runs, isBad } = await runGuarded(all, how, say);
  if (record && isBad) return false;
  if (record) {
    Object.assign(memory.remembered, measure(chosen, runs));
    writeFileSync(file, `${JSON.stringify(memory, null, 2)}\n`);
    return true;
  }
  let worse = regressions(keys, measure(chosen, runs), memory);
  const again = all.filter((name) =>
    Object.keys(worse).some((key) => key.startsWith(`${name},`) && key in memory.remembered),
  );
  if (again.length > 0 && !isBad) {
    isBad = await repeat(again, runs, how, say);
    worse = regressions(keys, measure(chosen, runs), memory);
  }
  const measured = measure(chosen, runs);
  for (const key of keys)
    say(`${key}: ${worse[key] ?? `${measured[key]}, and ${memory.remembered[key]} is remembered`}`);
  const failed = Object.keys(worse).length + (isBad ? 1 : 0);
  console.log(`${keys.length - Object.keys(worse).length} passed, ${failed} failed`);
  return failed === 0;
}
