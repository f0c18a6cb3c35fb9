// The tables of docs/performance.md, made of bench/results.
import { figure, figures, ratios, summary } from './figures.mjs';
import { bound, judge, wording } from './targets.mjs';

// The columns of a scenario's figures, by the harness's mode. `cpu` and `user + system` in one cell.
const columns = {
  publish: ['cpu', 'split', 'ratio', 'deliveries', 'p50', 'p99', 'p999', 'harness'],
  idle: ['memory', 'connect', 'ratio', 'connects'],
  churn: ['cycle', 'ratio', 'cycles'],
  storm: ['recovered', 'recovery', 'p50', 'p99'],
};
const headings = {
  cpu: 'CPU per delivery, us',
  split: 'user + system',
  ratio: 'to the floor',
  deliveries: 'deliveries/s',
  p50: 'p50, ms',
  p99: 'p99, ms',
  p999: 'p99.9, ms',
  harness: "harness's CPU, us",
  memory: 'bytes per connection',
  connect: 'CPU per connect, us',
  connects: 'connects/s',
  cycle: 'CPU per cycle, us',
  cycles: 'cycles/s',
  recovered: 'recovered',
  recovery: 'last recovered, ms',
};

// Where the range says more than it costs to read.
const ranged = ['cpu', 'memory', 'connect', 'cycle', 'p99', 'recovered', 'recovery'];

const number = (value, digits) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function spread(found, digits) {
  if (!found) return '';
  return `${number(found.median, digits)} (${number(found.least, digits)}-${number(found.most, digits)})`;
}

const row = (cells) => `| ${cells.join(' | ')} |`;
const head = (cells) => [row(cells), row(cells.map(() => '---'))];

const runsIn = (result) => (name) => result?.cases.find((each) => each.name === name)?.runs;

// -- targets ------------------------------------------------------------------

function targetRow(scenario, target, result) {
  const found = judge(target, runsIn(result));
  const { unit, digits } = figures[target.name];
  const isRatio = target.way === 'ratio';
  const limit = [bound(target), !isRatio && bound(target) && unit].filter(Boolean).join(' ');
  const measured = found.median === undefined ? '' : spread(found, isRatio ? 2 : digits);
  return row([
    scenario,
    wording(target),
    limit || 'reported',
    [measured, !isRatio && measured && unit].filter(Boolean).join(' '),
    found.state === 'open' ? '**open**' : found.state,
  ]);
}

/// Every target of every scenario, measured or not.
export function targetTable(scenarios, results) {
  const rows = Object.entries(scenarios).flatMap(([name, { targets }]) =>
    targets.map((target) => targetRow(name, target, results[name])),
  );
  return [...head(['scenario', 'what', 'to reach', 'measured: median (range)', '']), ...rows].join('\n');
}

// -- figures ------------------------------------------------------------------

function cell(column, each, floor, main) {
  const of = (name) => summary(each.runs.map((run) => figure(run, name)));
  if (column === 'split') {
    const [user, system] = [of('user'), of('system')];
    return user && system ? `${number(user.median, 2)} + ${number(system.median, 2)}` : '';
  }
  if (column === 'ratio')
    return floor && floor !== each ? spread(summary(ratios(each.runs, floor.runs, main)), 2) : '';
  const found = of(column);
  if (!found || ranged.includes(column)) return spread(found, figures[column].digits);
  return number(found.median, figures[column].digits);
}

function caseRow(each, shown, floor) {
  const title = each.version && !each.server.startsWith('salon') ? `${each.name} ${each.version}` : each.name;
  if (each.absent) return row([title, `absent: ${each.absent}`, ...shown.slice(1).map(() => '')]);
  const main = shown.find((column) => ['cpu', 'connect', 'cycle'].includes(column));
  const cells = shown.map((column) => cell(column, each, floor, main));
  const notes = [...new Set(each.notes ?? [])];
  if (notes.length > 0) cells[0] = [cells[0], notes.join('; ')].filter(Boolean).join(': ');
  return row([title, ...cells]);
}

function described({ measured, rounds, seconds }) {
  const { processor, cores, kernel, governor, compiler, salon, commit, date } = measured;
  return (
    `${date}, ${rounds === 1 ? 'one round' : `${rounds} rounds`} of ${seconds} s; salon ${salon} (${commit}), ${compiler}; ` +
    `${processor}, ${cores} cores, Linux ${kernel}, governor ${governor}.`
  );
}

/// The figures of one scenario, and where they are from.
export function figureTable(name, { title, floor }, result) {
  const mode = result.cases[0].load.mode ?? 'publish';
  const shown = columns[mode].filter((column) => column !== 'ratio' || floor);
  const base = result.cases.find((each) => each.name === floor);
  const header = shown.map((column) => (column === 'ratio' ? `to the ${floor}` : headings[column]));
  const rows = result.cases.map((each) => caseRow(each, shown, base));
  return [`### ${name}: ${title}`, '', ...head(['', ...header]), ...rows, '', described(result)].join('\n');
}

/// All of it, for a document.
export function report(scenarios, results) {
  const measured = Object.entries(scenarios).filter(([name]) => results[name]);
  return [
    targetTable(scenarios, results),
    ...measured.map(([name, scenario]) => figureTable(name, scenario, results[name])),
  ].join('\n\n');
}
