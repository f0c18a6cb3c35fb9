import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { hashOf } from '../address';
import type { Chat } from '../chat';
import { roomObjection } from '../limits';
import type { Room } from '../room';
import { count } from '../words';
import { Icon } from './icons';
import { Me } from './me';

interface Props {
  chat: Chat;
  onClose: () => void;
}

/// The side list: the rooms one is in, the others, and the way into one by its name.
export function RoomList({ chat, onClose }: Props): JSX.Element {
  const mine = [...chat.rooms.values()].sort((a, b) => a.name.localeCompare(b.name));
  const others = chat.listed
    .filter(({ room, members }) => !chat.rooms.has(room) && members > 0)
    .sort((a, b) => b.members - a.members || a.room.localeCompare(b.room));
  const membersOf = new Map(chat.listed.map(({ room, members }) => [room, members]));

  return (
    <aside class="side" aria-label="Rooms">
      <header class="side-head">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span class="brand">Salon</span>
        <button
          class="icon-button menu-button"
          type="button"
          aria-label="Hide rooms"
          onClick={onClose}
        >
          <Icon shape="close" />
        </button>
      </header>
      <nav class="side-lists" aria-label="Rooms">
        {mine.length > 0 && <h2>Your rooms</h2>}
        <ul>
          {mine.map((room) => (
            <MyRoom
              key={room.name}
              chat={chat}
              room={room}
              members={room.people.isKnown ? room.people.count : membersOf.get(room.name)}
              onClose={onClose}
            />
          ))}
        </ul>
        {others.length > 0 && <h2>Other rooms</h2>}
        <ul>
          {others.map(({ room, members }) => (
            <li key={room}>
              <a class="room-link" href={hashOf(room)}>
                <span class="room-name">{room}</span>
                <Members number={members} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <JoinForm chat={chat} />
      <Me chat={chat} />
    </aside>
  );
}

interface MyRoomProps {
  chat: Chat;
  room: Room;
  members: number | undefined;
  onClose: () => void;
}

function MyRoom({ chat, room, members, onClose }: MyRoomProps): JSX.Element {
  const isActive = room === chat.active;
  const leave = () => {
    const wasActive = room === chat.active;
    chat.leave(room.name);
    if (wasActive) history.replaceState(null, '', location.pathname);
    // The button is gone, and the keyboard's place with it.
    const next = '.side-lists ul:first-of-type .room-link, #join';
    requestAnimationFrame(() => document.querySelector<HTMLElement>(next)?.focus());
  };
  return (
    <li class={isActive ? 'active' : ''}>
      <a
        class="room-link"
        href={hashOf(room.name)}
        aria-current={isActive ? 'page' : undefined}
        onClick={onClose}
      >
        <span class="room-name">{room.name}</span>
        {room.refusal && (
          <>
            <Icon shape="alert" />
            <span class="unseen">cannot be entered</span>
          </>
        )}
        {members !== undefined && !room.refusal && <Members number={members} />}
        {room.unread > 0 && (
          <span class="badge">
            {room.unread > 999 ? '999+' : room.unread}
            <span class="unseen"> unread</span>
          </span>
        )}
      </a>
      <button
        class="icon-button leave"
        type="button"
        aria-label={`Leave ${room.name}`}
        onClick={leave}
      >
        <Icon shape="close" />
      </button>
    </li>
  );
}

function Members({ number }: { number: number }): JSX.Element {
  return (
    <span class="members" title={count(number, 'member')}>
      <Icon shape="people" />
      {number}
      <span class="unseen"> {number === 1 ? 'member' : 'members'}</span>
    </span>
  );
}

function JoinForm({ chat }: { chat: Chat }): JSX.Element {
  const [name, setName] = useState('');
  const [objection, setObjection] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    const wrong = roomObjection(name.trim(), chat.limits);
    setObjection(wrong);
    if (wrong) return;
    location.hash = hashOf(name.trim());
    setName('');
  };
  return (
    <form class="join" onSubmit={submit} noValidate>
      <label class="unseen" for="join">
        Enter or make a room
      </label>
      <input
        id="join"
        value={name}
        placeholder="Room name"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={objection !== ''}
        aria-describedby="join-objection"
        onInput={(event) => {
          setName(event.currentTarget.value);
          setObjection('');
        }}
      />
      <button class="button" type="submit">
        Enter
      </button>
      <p id="join-objection" class="objection" role="alert">
        {objection}
      </p>
    </form>
  );
}
