import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { hashOf } from '../address';
import type { Chat } from '../chat';
import type { Room } from '../room';
import { count, typingLine } from '../words';
import { Composer } from './composer';
import { ConnectionBanner } from './connection_banner';
import { Icon } from './icons';
import { MessageList } from './message_list';
import { PeopleList } from './people_list';
import { useWatched } from './use_watched';

interface Props {
  chat: Chat;
  room: Room;
  isCovered: boolean; // by the list of rooms
  onMenu: () => void;
}

const isWide = () => matchMedia('(min-width: 62rem)').matches;

/// One room: what was said, who is here, and the place to write.
export function RoomView({ chat, room, isCovered, onMenu }: Props): JSX.Element {
  useWatched(room);
  const [arePeopleShown, showPeople] = useState(isWide);
  const members = room.people.isKnown
    ? room.people.count
    : chat.listed.find((x) => x.room === room.name)?.members;
  const unreadElsewhere = chat.unread - room.unread;
  const failed = room.outbox.messages.filter((x) => x.state === 'failed');
  const button = useRef<HTMLButtonElement>(null);
  const hidePeople = () => {
    showPeople(false);
    button.current?.focus();
  };
  useEffect(() => {
    // Where it covers the messages.
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape' && arePeopleShown && !isWide()) hidePeople();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [arePeopleShown]);

  return (
    <main class={`room ${arePeopleShown && !room.refusal ? 'with-people' : ''}`} inert={isCovered}>
      <header class="room-head">
        <button
          class="icon-button menu-button"
          type="button"
          aria-label={`Show rooms${unreadElsewhere > 0 ? `, ${unreadElsewhere} unread` : ''}`}
          onClick={onMenu}
        >
          <Icon shape="rooms" />
          {unreadElsewhere > 0 && <span class="dot" />}
        </button>
        <h1 title={room.name}>{room.name}</h1>
        <CopyLink room={room.name} />
        {!room.refusal && (
          <button
            class="people-button"
            type="button"
            ref={button}
            aria-expanded={arePeopleShown}
            aria-controls="people"
            aria-label={`Who is here: ${members === undefined ? 'not known' : count(members, 'member')}`}
            onClick={() => showPeople(!arePeopleShown)}
          >
            <Icon shape="people" />
            {members ?? '–'}
          </button>
        )}
      </header>
      <ConnectionBanner chat={chat} />
      {room.refusal ? (
        <div class="refused" role="alert">
          <p class="empty-title">{room.refusal}</p>
          <button class="button" type="button" onClick={() => room.enterAgain()}>
            Try again
          </button>
        </div>
      ) : (
        <MessageList chat={chat} room={room} />
      )}
      {/* Not told to those who hear the page: it would interrupt what is being said. */}
      <p class="typing">{typingLine(room.typists.names)}</p>
      {!room.refusal && <Composer chat={chat} room={room} />}
      {arePeopleShown && !room.refusal && (
        <PeopleList room={room} chat={chat} onClose={hidePeople} />
      )}
      <p class="unseen" aria-live="polite" aria-atomic="true">
        {chat.heard}
      </p>
      {/* Rows come and go as one scrolls, and would tell it each time. */}
      <p class="unseen" role="alert">
        {failed.length > 0 && `${count(failed.length, 'message')} not sent. ${failed.at(-1)!.reason}`}
      </p>
    </main>
  );
}

function CopyLink({ room }: { room: string }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(`${location.origin}/${hashOf(room)}`);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // The address bar has it, too.
    }
  };
  return (
    <button
      class="icon-button"
      type="button"
      title="Copy the link to this room"
      aria-label={isCopied ? 'The link is copied' : 'Copy the link to this room'}
      onClick={copy}
    >
      <Icon shape={isCopied ? 'done' : 'link'} />
    </button>
  );
}
