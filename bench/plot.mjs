// docs/images/performance.svg: server CPU per delivery, a panel for each scenario.
import { figure, summary } from './figures.mjs';

const panel = { width: 440, title: 34, bar: 18, gap: 6, label: 140, value: 50 };
const panels_across = 2;
const margin = 16;
const colours = { salon: '#0b6e4f', floor: '#9aa5b1', peer: '#c8893b' };

const escaped = (text) => text.replace(/[&<>"]/g, (x) => `&#${x.charCodeAt()};`);

function colourOf(server) {
  if (server.startsWith('salon')) return colours.salon;
  return server.endsWith('floor') ? colours.floor : colours.peer;
}

const median = (each, name) => summary(each.runs.map((run) => figure(run, name)))?.median;

function bar({ name, server, cpu, system }, most, y) {
  const room = panel.width - panel.label - panel.value;
  const [all, kernel] = [cpu, Math.min(system ?? 0, cpu)].map((value) => ((value / most) * room).toFixed(1));
  const middle = y + panel.bar / 2 + 4;
  const box = (width, opacity) =>
    `<rect x="${panel.label}" y="${y}" width="${width}" height="${panel.bar}" fill="${colourOf(server)}" fill-opacity="${opacity}"/>`;
  return [
    `<text x="${panel.label - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
    box(all, 1),
    box(kernel, 0.45).replace(`fill="${colourOf(server)}"`, 'fill="#ffffff"'),
    `<text x="${panel.label + Number(all) + 6}" y="${middle}">${cpu.toFixed(2)}</text>`,
  ].join('\n');
}

function drawPanel(name, bars, [x, y]) {
  const most = Math.max(...bars.map(({ cpu }) => cpu));
  const drawn = bars.map((each, i) => bar(each, most, panel.title + i * (panel.bar + panel.gap)));
  return [
    `<g transform="translate(${x} ${y})">`,
    `<text x="${panel.label}" y="20" font-weight="bold">${escaped(name)}</text>`,
    ...drawn,
    '</g>',
  ].join('\n');
}

/// The cases of a scenario that is about delivering, in their order.
export function barsOf(result) {
  return result.cases
    .filter((each) => !each.absent && !each.load.mode)
    .map((each) => ({ name: each.name, server: each.server, cpu: median(each, 'cpu'), system: median(each, 'system') }))
    .filter(({ cpu }) => cpu !== undefined);
}

/// The picture of all scenarios in which something was delivered; undefined when there is none.
export function plot(results) {
  const drawn = Object.entries(results)
    .map(([name, result]) => [name, barsOf(result)])
    .filter(([, bars]) => bars.length > 0);
  if (drawn.length === 0) return undefined;
  const height = (bars) => panel.title + bars.length * (panel.bar + panel.gap) + margin;
  const parts = [];
  let top = 48;
  for (let i = 0; i < drawn.length; i += panels_across) {
    const line = drawn.slice(i, i + panels_across);
    line.forEach(([name, bars], at) => parts.push(drawPanel(name, bars, [margin + at * (panel.width + margin), top])));
    top += Math.max(...line.map(([, bars]) => height(bars)));
  }
  const width = panels_across * (panel.width + margin) + margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2933">
<title>Server CPU per delivery, by scenario and server</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${margin}" y="28" font-size="15" font-weight="bold">Server CPU per delivery, microseconds (medians; the lighter part is the kernel's)</text>
${parts.join('\n')}
</svg>
`;
}
