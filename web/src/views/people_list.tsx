import type { JSX } from 'preact';

import type { Chat } from '../chat';
import type { Room } from '../room';
import { Face } from './face';
import { Icon } from './icons';

interface Props {
  chat: Chat;
  room: Room;
  onClose: () => void;
}

/// Who is here.
export function PeopleList({ chat, room, onClose }: Props): JSX.Element {
  const { all, isKnown } = room.people;
  return (
    <section id="people" class="people" aria-label="Who is here">
      <header>
        <h2>Here now</h2>
        <button class="icon-button" type="button" aria-label="Hide who is here" onClick={onClose}>
          <Icon shape="close" />
        </button>
      </header>
      {!isKnown && <p class="quiet">This room does not say who is in it.</p>}
      <ul>
        {all.slice(0, 500).map(({ name, clients }) => (
          <li key={name}>
            <Face name={name} />
            <bdi class="person">{name}</bdi>
            {name === chat.name && <span class="quiet">you</span>}
            {clients.length > 1 && (
              <span class="quiet" title={`${clients.length} connections`}>
                ×{clients.length}
              </span>
            )}
          </li>
        ))}
      </ul>
      {all.length > 500 && <p class="quiet">and {all.length - 500} more</p>}
    </section>
  );
}
