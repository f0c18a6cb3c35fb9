// What ./dev bench is asked for.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { guarded, scenarios } from './scenarios.mjs';

/// The project's folder.
export const root = fileURLToPath(new URL('..', import.meta.url));

export const usage = `Usage: ./dev bench [SCENARIO ...] [OPTION ...]

  SCENARIO          ${Object.keys(scenarios).join(' ')}; without one, all
  --rounds N        how often each is measured (5)
  --seconds N       of each measurement (5)
  --warmup N        seconds before it (1)
  --cores A,B       the server's core and the harness's (0,1)
  --quick           a short run of ${Object.keys(guarded).join(', ')} alone, held to bench/guard.json
  --record          with --quick: remembers in bench/guard.json what it measured
  --report          measures nothing; writes docs/performance.md anew from bench/results
  --check           says what is wrong with these words, and does nothing else
  --out FOLDER      in place of the project's: holds bench and docs`;

/// Says what is wrong and ends.
export function fail(sentence) {
  console.error(`./dev bench: ${sentence}`);
  process.exit(2);
}

/// The arguments, read; a mistake ends the program.
export function wanted() {
  const number = (text, least) => {
    const value = Number(text);
    if (!(value >= least)) fail(`'${text}': expected a number, at least ${least}`);
    return value;
  };
  const text = (value) => ({ type: 'string', default: value });
  const flag = { type: 'boolean', default: false };
  const { values, positionals } = parse({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' }, seconds: { type: 'string' }, warmup: text('1'), cores: text('0,1'),
      quick: flag, record: flag, report: flag, check: flag, help: flag, out: text(root),
    },
  });
  const unknown = positionals.find((name) => !(name in (values.quick ? guarded : scenarios)));
  if (unknown) fail(`there is no scenario '${unknown}'\n${usage}`);
  const cores = values.cores.split(',').map((core) => number(core, 0));
  if (cores.length !== 2 || cores[0] === cores[1]) fail(`'${values.cores}': expected two cores, such as 0,1`);
  return {
    ...values,
    names: positionals,
    rounds: Math.ceil(number(values.rounds ?? (values.quick ? '3' : '5'), 1)),
    load: {
      seconds: number(values.seconds ?? (values.quick ? '1' : '5'), 0.1),
      warmup: number(values.warmup, 0),
    },
    cores,
  };
}

function parse(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(`${error.message}\n${usage}`);
  }
}
