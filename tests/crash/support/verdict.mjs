// What is in the log, and what the judge says about what everybody saw.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { recordsOf } from './export.mjs';
import { judge, salon } from './programs.mjs';

const look = (what, store) =>
  execFileSync(salon, ['store', what, store], {
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/// Holds `book` against `store`, which promised to recover and to keep so many: whether all is
/// right, and in which words.
export function verdictOn(book, store, folder, { recovered, kept }) {
  const checked = look('check', store).trim().split('\n').at(-1);
  const records = join(folder, 'records.jsonl');
  book.write(records, recordsOf(look('export', store)));
  const { status, stdout, stderr } = spawnSync(judge, [records, recovered, kept], {
    encoding: 'utf8',
  });
  return { status, checked, text: stdout + stderr };
}
