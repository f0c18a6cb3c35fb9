import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { JSX } from 'preact';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'preact/hooks';

import type { Chat } from '../chat';
import type { Room } from '../room';
import { rowsOf, type Row } from '../rows';
import { Icon } from './icons';
import { RowView } from './row_view';

const nearEnd = 80; // pixels
const nearBeginning = 600;

type List = Virtualizer<HTMLDivElement, HTMLElement>;

/// What was said, of which only what is on the screen is in the document. It stays where its reader
/// is: at the end as long as they are there, else by the message they look at.
export function MessageList({ chat, room }: { chat: Chat; room: Room }): JSX.Element {
  const { history, log, unreadAfter } = room;
  const outgoing = [...room.outbox.messages];
  const frame = useRef<HTMLDivElement>(null);
  const [isAway, setAway] = useState(false);
  const sent = outgoing.map((x) => `${x.key} ${x.state}`).join();
  const rows = useMemo(
    () => rowsOf({ log, outgoing, unreadAfter, isMine: room.isMine }),
    [log, log.version, sent, unreadAfter],
  );
  const list = useList(rows, frame);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  // Near the beginning, either because the reader went there or because there is not more.
  const wantsOlder = () => {
    const { scrollTop, scrollHeight, clientHeight } = frame.current!;
    const isShort = scrollHeight - clientHeight < nearBeginning;
    return isShort || (!atEnd.current && scrollTop < nearBeginning);
  };

  useEffect(() => {
    const element = frame.current!;
    const onScroll = () => {
      const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
      const isReader = element.scrollTop < lastTop.current - 1;
      lastTop.current = element.scrollTop;
      if (atEnd.current && !isAtEnd && !isReader) return list.scrollToEnd();
      atEnd.current = isAtEnd;
      setAway(!isAtEnd);
      chat.atEnd(isAtEnd);
      if (wantsOlder()) void history.loadOlder();
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [chat, room]);

  // A window of another size, or rows that turn out larger, must not push the newest away. Only the
  // reader moves up: what grows below does not.
  const stay = () => {
    const top = frame.current?.scrollTop ?? -1;
    if (atEnd.current && top >= lastTop.current - 1) list.scrollToEnd();
  };
  const total = list.getTotalSize();
  useLayoutEffect(stay, [total]);
  useEffect(() => {
    const observer = new ResizeObserver(stay);
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);

  // A page of history may not fill the screen; and who sends wants to see it.
  useEffect(() => {
    if (history.isLoaded && wantsOlder()) void history.loadOlder();
  }, [room, history.isLoaded, log.version]);
  const lastSent = outgoing.at(-1)?.key ?? '';
  useEffect(() => {
    if (lastSent) list.scrollToEnd();
  }, [lastSent]);

  const isEmpty = history.isLoaded && log.publications.length === 0 && outgoing.length === 0;
  return (
    <div class="messages-frame">
      {/* Chromium makes it focusable by itself, others do not. */}
      <div
        id="messages"
        class="messages"
        ref={frame}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={`Messages in ${room.name}`}
      >
        <div class="rows" style={{ height: `${list.getTotalSize()}px` }}>
          {(isEmpty ? [] : list.getVirtualItems()).map(({ index, key, start }) => (
            <div
              key={key}
              data-index={index}
              ref={(element) => list.measureElement(element)}
              class="row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowView row={rows[index]!} room={room} />
            </div>
          ))}
        </div>
      </div>
      {isEmpty && (
        <div class="empty">
          <p class="empty-title">Nothing has been said here yet</p>
          <p>Write the first message, or invite somebody: the link to this room is its address.</p>
        </div>
      )}
      {room.delay && (
        <p class="trouble" role="status">
          {room.delay}
        </p>
      )}
      {history.trouble && !room.delay && (
        <p class="trouble" role="status">
          {history.trouble}{' '}
          <button
            class="link-button"
            type="button"
            onClick={() => void (history.isLoaded ? history.loadOlder() : history.loadNewest())}
          >
            Try again
          </button>
        </p>
      )}
      {isAway && (
        <button class="to-end" type="button" onClick={() => list.scrollToEnd()}>
          <Icon shape="down" />
          {room.unread > 0 ? `${room.unread} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}

function useList(rows: Row[], frame: { current: HTMLDivElement | null }): List {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const held = useRef<List | null>(null);
  // The same function for the same rows: with another one all of them would be measured anew.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const options = {
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: (index: number) => (rows[index]!.kind === 'message' ? 44 : 48),
    getItemKey,
    overscan: 8,
    anchorTo: 'end' as const,
    followOnAppend: true,
    scrollEndThreshold: nearEnd,
    paddingEnd: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(undefined),
  };
  held.current ??= new Virtualizer(options);
  const list = held.current;
  list.setOptions(options);
  useLayoutEffect(() => list._didMount(), []);
  useLayoutEffect(() => list._willUpdate());
  const isFilled = rows.length > 1;
  useLayoutEffect(() => {
    if (isFilled) list.scrollToEnd();
  }, [isFilled]);
  return list;
}
