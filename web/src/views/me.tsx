import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Chat } from '../chat';
import { nameObjection } from '../limits';
import { Face } from './face';
import { Icon } from './icons';

/// Who one is, and the way to another name.
export function Me({ chat }: { chat: Chat }): JSX.Element {
  const [name, setName] = useState<string | null>(null);
  const [objection, setObjection] = useState('');

  const submit = (event: Event) => {
    event.preventDefault();
    const wanted = (name ?? '').trim();
    const wrong = nameObjection(wanted, chat.limits);
    setObjection(wrong);
    if (wrong) return;
    if (wanted !== chat.name) chat.rename(wanted);
    setName(null);
  };

  if (name === null)
    return (
      <footer class="me">
        <Face name={chat.name} />
        <bdi class="me-name">{chat.name}</bdi>
        <button
          class="icon-button"
          type="button"
          aria-label="Change your name"
          onClick={() => setName(chat.name)}
        >
          <Icon shape="edit" />
        </button>
      </footer>
    );
  return (
    <footer class="me">
      <form onSubmit={submit} noValidate>
        <label class="unseen" for="new-name">
          Your name
        </label>
        <input
          id="new-name"
          autoFocus
          value={name}
          aria-invalid={objection !== ''}
          aria-describedby="new-name-objection"
          onInput={(event) => setName(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setName(null)}
        />
        <button class="button" type="submit">
          Save
        </button>
        <p id="new-name-objection" class="objection" role="alert">
          {objection}
        </p>
      </form>
    </footer>
  );
}
