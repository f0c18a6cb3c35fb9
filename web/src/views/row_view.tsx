import type { JSX } from 'preact';

import type { Room } from '../room';
import type { Row } from '../rows';
import { dayName } from '../times';
import { count } from '../words';
import { Message, OutgoingMessage } from './message';

/// One line of a room.
export function RowView({ row, room }: { row: Row; room: Room }): JSX.Element | null {
  switch (row.kind) {
    case 'message':
      return <Message row={row} />;
    case 'outgoing':
      return <OutgoingMessage row={row} room={room} />;
    case 'day':
      return (
        <div class="rule" role="separator">
          <span>{dayName(row.time, Date.now())}</span>
        </div>
      );
    case 'unread':
      return (
        <div class="rule unread" role="separator">
          <span>New</span>
        </div>
      );
    case 'restart':
      return (
        <div class="rule" role="separator">
          <span>The room started over here</span>
        </div>
      );
    case 'gap':
      return <Gap row={row} room={room} />;
    case 'older':
      return <Older row={row} room={room} />;
  }
}

function Gap({ row, room }: { row: Row & { kind: 'gap' }; room: Room }): JSX.Element {
  const missing = count(row.to - row.from + 1, 'message');
  if (row.isLost) return <p class="gap">{missing} from here are no longer kept</p>;
  return (
    <p class="gap">
      {missing} missing here{' '}
      <button
        class="link-button"
        type="button"
        onClick={() => void room.history.fillGap(row.from, row.to)}
      >
        Show
      </button>
    </p>
  );
}

function Older({ row, room }: { row: Row & { kind: 'older' }; room: Room }): JSX.Element {
  if (row.isTrimmed) return <p class="older">What was said before is no longer kept</p>;
  if (row.isBeginning)
    return (
      <p class="older">
        This is the beginning of <strong>{room.name}</strong>
      </p>
    );
  if (row.isFull)
    return <p class="older">What was said before is more than this page shows at once</p>;
  return <p class="older">{room.isJoined && <span class="spinner" />} Earlier messages</p>;
}
