import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { nameObjection, usualLimits } from '../limits';

/// The first visit: asks for a name.
export function Welcome({
  room,
  onName,
}: {
  room: string;
  onName: (name: string) => void;
}): JSX.Element {
  const [name, setName] = useState('');
  const [objection, setObjection] = useState('');

  const submit = (event: Event) => {
    event.preventDefault();
    const wrong = nameObjection(name.trim(), usualLimits);
    setObjection(wrong);
    if (!wrong) onName(name.trim());
  };

  return (
    <main class="welcome">
      <form class="card" onSubmit={submit} noValidate>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>Salon</h1>
        <p>
          You are about to enter <strong>{room}</strong>.
        </p>
        <label for="name">Your name</label>
        <input
          id="name"
          autoFocus
          autocomplete="nickname"
          value={name}
          aria-invalid={objection !== ''}
          aria-describedby="name-objection"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <p id="name-objection" class="objection" role="alert">
          {objection}
        </p>
        <button class="button primary" type="submit">
          Enter
        </button>
      </form>
    </main>
  );
}
