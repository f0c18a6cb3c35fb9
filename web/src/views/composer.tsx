import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Chat } from '../chat';
import { fullness } from '../limits';
import type { Room } from '../room';
import { read } from '../typed';
import { Icon } from './icons';

// What was being written in each room, while another one is looked at.
const drafts = new WeakMap<Room, string>();

/// The place to write.
export function Composer({ chat, room }: { chat: Chat; room: Room }): JSX.Element {
  const [text, setText] = useState(drafts.get(room) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = read(text);
  const { left, isOver, isNear } = fullness(room.name, typed, chat.limits);
  const { isFull } = room.outbox;
  const canSend = typed.text !== '' && !isOver && !isFull;

  useEffect(() => {
    drafts.set(room, text);
  }, [room, text]);
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, [room]);
  useLayoutEffect(() => {
    const area = field.current!;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, innerHeight / 3)}px`;
  }, [text]);

  const send = () => {
    if (!canSend) return;
    room.send(typed);
    setText('');
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
    const list = document.getElementById('messages');
    if (list && (event.key === 'PageUp' || event.key === 'PageDown')) {
      event.preventDefault();
      list.scrollBy({ top: list.clientHeight * 0.9 * (event.key === 'PageUp' ? -1 : 1) });
    }
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class={`composer-box ${isOver ? 'over' : ''}`}>
        <label class="unseen" for="text">
          Message to {room.name}
        </label>
        <textarea
          id="text"
          ref={field}
          rows={1}
          dir="auto"
          placeholder={`Message ${room.name}`}
          value={text}
          aria-describedby="left"
          aria-invalid={isOver}
          onInput={(event) => {
            setText(event.currentTarget.value);
            if (event.currentTarget.value.trim()) room.typing();
          }}
          onKeyDown={onKeyDown}
        />
        <button class="send" type="submit" aria-label="Send" disabled={!canSend}>
          <Icon shape="send" />
        </button>
      </div>
      <p id="left" class={`left ${isOver ? 'over' : ''}`}>
        {isOver && `${(-left).toLocaleString('en')} bytes too long: send it in parts`}
        {isNear && !isOver && `${left.toLocaleString('en')} bytes left`}
        {isFull && 'Too many messages are waiting to be sent: remove some, or wait for the server'}
      </p>
      {/* Told once, and not with each key. */}
      <p class="unseen" role="status">
        {isOver ? 'Too long to be sent' : isNear ? 'Nearly as long as can be sent' : ''}
        {isFull && 'Too many messages are waiting to be sent'}
      </p>
    </form>
  );
}
