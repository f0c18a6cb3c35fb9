import type { JSX } from 'preact';

import type { Chat } from '../chat';

/// Says that the connection is away; while it is there, nothing.
export function ConnectionBanner({ chat }: { chat: Chat }): JSX.Element {
  const { connection, reason } = chat;
  return (
    <div class="banners" role="status">
      {connection === 'lost' && (
        <p class="banner">
          <span class="spinner" /> Reconnecting. What you write is sent as soon as the server is
          back.
        </p>
      )}
      {connection === 'closed' && (
        <p class="banner bad">
          {reason}{' '}
          <button class="link-button" type="button" onClick={() => chat.connect()}>
            Connect again
          </button>
        </p>
      )}
    </div>
  );
}
