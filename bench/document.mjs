// docs/performance.md and its picture, made of what was measured.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { plot } from './plot.mjs';
import { report } from './report.mjs';
import { kept } from './results.mjs';
import { scenarios } from './scenarios.mjs';

const begin = '<!-- figures: written by ./dev bench -->';
const end = '<!-- end of the figures -->';

/// `text` with `content` between its two markers. Throws when it does not have them.
export function between(text, content) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${begin} before ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/// Writes the document's figures and the picture anew. `folder` holds bench/results and docs.
export function writeDocument(folder) {
  const results = kept(join(folder, 'bench/results'), Object.keys(scenarios));
  const picture = plot(results);
  if (picture) {
    mkdirSync(join(folder, 'docs/images'), { recursive: true });
    writeFileSync(join(folder, 'docs/images/performance.svg'), picture);
  }
  const drawing = picture ? '![Server CPU per delivery](images/performance.svg)\n\n' : '';
  const document = join(folder, 'docs/performance.md');
  const content = drawing + report(scenarios, results);
  writeFileSync(document, between(readFileSync(document, 'utf8'), content));
}
