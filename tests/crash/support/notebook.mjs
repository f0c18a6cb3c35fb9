// What everybody saw, for client/checker (see client/records.hpp), and what should not have been.
import { writeFileSync } from 'node:fs';

export class Notebook {
  #lines = [];
  #listeners = [];

  /// What no record has a place for, such as an error that is not temporary; one sentence each.
  wrong = [];

  /// Counts of what happened, for whoever reads the run's last line.
  counts = {};

  /// From then on nothing is noted.
  isClosed = false;

  note(who, event, facts = {}) {
    if (this.isClosed) return;
    this.count(event);
    if (facts.recovering) this.count(facts.recovered ? 'recovered' : 'not recovered');
    this.#lines.push(JSON.stringify({ who, event, ...facts }));
    for (const hear of this.#listeners) hear(who, event, facts);
  }

  /// A temporary error: no record, since it promises nothing.
  refuse(who, room) {
    if (this.isClosed) return;
    this.count('refused');
    for (const hear of this.#listeners) hear(who, 'refused', { room });
  }

  /// From now on calls `hear` with what is noted.
  listen(hear) {
    this.#listeners.push(hear);
  }

  count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  complain(sentence) {
    if (!this.isClosed) this.wrong.push(sentence);
  }

  /// Writes all notes to `path`, and behind them `more`, records as objects.
  write(path, more) {
    const lines = [...this.#lines, ...more.map((x) => JSON.stringify(x))];
    writeFileSync(path, lines.join('\n') + '\n');
  }
}
