import type { Outgoing } from './outbox';
import type { Publication } from './publication';
import type { RoomLog } from './room_log';
import { dayOf, midnightAfter } from './times';

/// One line of what is shown of a room. Keys stay with what they are about.
export type Row =
  | { kind: 'older'; key: string; isBeginning: boolean; isTrimmed: boolean; isFull: boolean }
  | { kind: 'day'; key: string; time: number }
  | { kind: 'unread'; key: string }
  | { kind: 'restart'; key: string }
  | { kind: 'gap'; key: string; from: number; to: number; isLost: boolean }
  | {
      kind: 'message';
      key: string;
      publication: Publication;
      isHead: boolean;
      isMine: boolean;
      time: number | null;
    }
  | { kind: 'outgoing'; key: string; message: Outgoing; isHead: boolean };

/// What one person says within this time, without anything between, stands together.
const togetherWithin = 5 * 60_000;

export interface RowsOf {
  log: RoomLog;
  outgoing: Outgoing[];
  unreadAfter: number; // an offset; 0: nothing is unread
  isMine: (publication: Publication) => boolean;
}

/// What is shown of a room, from the top down.
export function rowsOf({ log, outgoing, unreadAfter, isMine }: RowsOf): Row[] {
  const rows: Row[] = [older(log)];
  let latest = 0;
  let dayEnds = 0;
  let head: { name: string; client: string; time: number | null } | null = null;

  const separate = (row: Row) => {
    rows.push(row);
    head = null;
  };
  const continues = (name: string, client: string, at: number | null): boolean => {
    const isTogether =
      head !== null &&
      head.name === name &&
      head.client === client &&
      (at === null || head.time === null || at - head.time < togetherWithin);
    if (!isTogether) head = { name, client, time: at };
    return isTogether;
  };
  // What somebody does stands alone.
  const begins = (isAction: boolean, name: string, client: string, at: number | null): boolean => {
    if (!isAction) return !continues(name, client, at);
    head = null;
    return false;
  };
  // Time never runs backwards, whatever clocks people have.
  const enterTime = (at: number | null): number | null => {
    if (at === null) return null;
    latest = Math.max(latest, at);
    if (latest >= dayEnds) {
      dayEnds = midnightAfter(latest);
      separate({ kind: 'day', key: `day ${dayOf(latest)}`, time: latest });
    }
    return latest;
  };

  log.stretches.forEach(({ epoch, publications }, index) => {
    const isCurrent = index === log.stretches.length - 1;
    if (index > 0) separate({ kind: 'restart', key: `restart ${epoch}` });
    let last = 0;
    let isUnreadMarked = unreadAfter === 0 || !isCurrent;
    for (const publication of publications) {
      const { offset, author, isAction } = publication;
      if (isCurrent && last > 0 && offset > last + 1)
        separate(gap(log, epoch, last + 1, offset - 1));
      if (!isUnreadMarked && offset > unreadAfter) {
        isUnreadMarked = true;
        if (!isMine(publication)) separate({ kind: 'unread', key: 'unread' });
      }
      last = offset || last;
      if (log.isRepeated(publication)) continue;
      const time = enterTime(publication.time);
      const mine = isMine(publication);
      rows.push({
        kind: 'message',
        key: publication.key ? `key ${publication.key}` : `${epoch} ${offset || rows.length}`,
        publication,
        isHead: mine
          ? begins(isAction, '', 'mine', time)
          : begins(isAction, author.name, author.client, time),
        isMine: mine,
        time,
      });
    }
  });
  for (const message of outgoing) {
    if (log.has(message.key)) continue;
    const time = enterTime(message.time);
    rows.push({
      kind: 'outgoing',
      key: `key ${message.key}`,
      message,
      isHead: begins(message.isAction, '', 'mine', time),
    });
  }
  return rows;
}

function older(log: RoomLog): Row {
  return {
    kind: 'older',
    key: 'older',
    isBeginning: log.hasBeginning || log.first === 1,
    isTrimmed: log.hasBeginning && log.first > 1,
    isFull: log.isFull,
  };
}

function gap(log: RoomLog, epoch: string, from: number, to: number): Row {
  return { kind: 'gap', key: `gap ${epoch} ${from}`, from, to, isLost: log.isLost(from) };
}
