// bench/results: what was measured, a file for each scenario.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pretty = (value, depth) => JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(depth)}`);

/// JSON with each run on a line of its own.
export function written({ cases, ...rest }) {
  const texts = cases.map(({ runs, ...each }) => {
    const lines = runs.map((run) => `        ${JSON.stringify(run)}`).join(',\n');
    const list = lines ? `[\n${lines}\n      ]` : '[]';
    return `    ${pretty(each, 4).slice(0, -6)},\n      "runs": ${list}\n    }`;
  });
  return `${pretty(rest, 0).slice(0, -2)},\n  "cases": [\n${texts.join(',\n')}\n  ]\n}\n`;
}

/// Keeps what was measured of a scenario, in place of what was there.
export function keep(folder, scenario, result) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${scenario}.json`), written({ scenario, ...result }));
}

/// All that is there, by scenario, in the order of `names`.
export function kept(folder, names) {
  let files = [];
  try {
    files = readdirSync(folder);
  } catch {
    // Nothing was measured yet.
  }
  return Object.fromEntries(
    names
      .filter((name) => files.includes(`${name}.json`))
      .map((name) => [name, JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))]),
  );
}
