import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { hashOf, roomIn } from '../address';
import type { Chat } from '../chat';
import { RoomList } from './room_list';
import { RoomView } from './room_view';
import { useWatched } from './use_watched';

// Where the side list is a drawer (style.css).
const narrow = matchMedia('(max-width: 44rem)');

/// The page, once one has a name.
export function App({ chat }: { chat: Chat }): JSX.Element {
  useWatched(chat);
  const [isMenuOpen, openMenu] = useState(false);
  const { active } = chat;

  useEffect(() => {
    const follow = () => {
      const room = roomIn(location.hash);
      if (room) chat.open(room);
      openMenu(false);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [chat]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') openMenu(false);
      if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        step(chat, event.key === 'ArrowUp' ? -1 : 1);
      }
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        openMenu(narrow.matches);
        requestAnimationFrame(() => document.getElementById('join')?.focus());
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [chat]);

  useEffect(() => {
    const close = () => openMenu(false);
    narrow.addEventListener('change', close);
    return () => narrow.removeEventListener('change', close);
  }, []);
  useEffect(() => {
    if (isMenuOpen) document.querySelector<HTMLElement>('.side .menu-button')?.focus();
  }, [isMenuOpen]);

  useEffect(() => {
    const count = chat.unread > 0 ? `(${chat.unread > 99 ? '99+' : chat.unread}) ` : '';
    document.title = `${count}${active ? `${active.name} · ` : ''}Salon`;
  });

  return (
    <div class={`layout ${isMenuOpen ? 'menu-open' : ''}`}>
      <RoomList chat={chat} onClose={() => openMenu(false)} />
      {isMenuOpen && <div class="shade" onClick={() => openMenu(false)} />}
      {active ? (
        <RoomView
          key={active.name}
          chat={chat}
          room={active}
          isCovered={isMenuOpen}
          onMenu={() => openMenu(true)}
        />
      ) : (
        <main class="room nowhere">
          <h1 class="empty-title">You are in no room</h1>
          <p>Choose one from the list, or make one by giving it a name.</p>
          <button class="button menu-button" type="button" onClick={() => openMenu(true)}>
            Show rooms
          </button>
        </main>
      )}
    </div>
  );
}

// The room before or after the one that is open.
function step(chat: Chat, by: number): void {
  const names = [...chat.rooms.keys()].sort();
  const at = names.indexOf(chat.active?.name ?? '');
  const next = names[(at + by + names.length) % names.length];
  if (next) location.hash = hashOf(next);
}
